import type { ResourceTypeRow } from './types.ts';

/** App Service, its siblings, and what stands in front of APIs. */
export const webTypes = [
  {
    name: 'ApiManagement',
    displayName: 'Azure API Management',
    armType: 'Microsoft.ApiManagement/service',
    source: 'metrics',
    fields: [
      { name: 'instanceName', required: true, kind: 'text' },
      { name: 'locationName', required: false, kind: 'text' },
    ],
    paths: [{ path: 'Microsoft.ApiManagement/service/{instanceName}' }],
    instanceName: '{instanceName}',
    entity: { fields: ['locationName'], dimension: 'Location', label: 'location', withoutEntity: 'none' },
    discoverable: true,
  },
  {
    name: 'AppPlan',
    displayName: 'Azure App Service plan',
    armType: 'Microsoft.Web/serverfarms',
    source: 'metrics',
    fields: [{ name: 'appPlanName', required: true, kind: 'text' }],
    paths: [{ path: 'Microsoft.Web/serverfarms/{appPlanName}' }],
    instanceName: '{appPlanName}',
    discoverable: true,
  },
  {
    name: 'FunctionApp',
    displayName: 'Azure Function App',
    armType: 'Microsoft.Web/sites',
    source: 'metrics',
    fields: [
      { name: 'functionAppName', required: true, kind: 'text' },
      { name: 'slotName', required: false, kind: 'text', default: 'production' },
    ],
    paths: [
      { path: 'Microsoft.Web/sites/{functionAppName}', when: { field: 'slotName', is: 'production' } },
      { path: 'Microsoft.Web/sites/{functionAppName}/slots/{slotName}' },
    ],
    instanceName: '{functionAppName}',
    labels: [{ name: 'slot_name', value: '{slotName}' }],
    discoverable: true,
    kind: { text: 'functionapp', contained: true },
  },
  {
    name: 'LogicApp',
    displayName: 'Azure Logic App (consumption workflow)',
    armType: 'Microsoft.Logic/workflows',
    source: 'metrics',
    fields: [{ name: 'workflowName', required: true, kind: 'text' }],
    paths: [{ path: 'Microsoft.Logic/workflows/{workflowName}' }],
    instanceName: '{workflowName}',
    discoverable: true,
  },
  {
    name: 'WebApp',
    displayName: 'Azure Web App',
    armType: 'Microsoft.Web/sites',
    source: 'metrics',
    fields: [
      { name: 'webAppName', required: true, kind: 'text' },
      { name: 'slotName', required: false, kind: 'text', default: 'production' },
    ],
    paths: [
      { path: 'Microsoft.Web/sites/{webAppName}', when: { field: 'slotName', is: 'production' } },
      { path: 'Microsoft.Web/sites/{webAppName}/slots/{slotName}' },
    ],
    instanceName: '{webAppName}',
    labels: [{ name: 'slot_name', value: '{slotName}' }],
    discoverable: true,
    kind: { text: 'functionapp', contained: false },
  },
] as const satisfies readonly ResourceTypeRow[];
