import { resourceTypes } from '../../catalogue/lookup.ts';
import { cloudNames } from '../../core/clouds.ts';
import { object, section, type ValuesOf } from '../object.ts';
import { choice, text } from '../scalars.ts';
import { deferred, expected, list, optional, required, textMap } from '../spec.ts';

const subscriptions = list(text());

const tenant = {
  tenantId: required(text(), 'Microsoft Entra tenant.'),
  subscriptions: required(subscriptions, 'Subscriptions in which resources are looked for.'),
};

const unsupportedCloud = {
  code: 'AZ1101',
  message: `The cloud is not supported; use ${cloudNames.join(', ')}.`,
} as const;

/** Where resources are looked for. */
const landscape = object({
  ...tenant,
  cloud: optional(
    choice(cloudNames, { refused: { Germany: unsupportedCloud, Unspecified: unsupportedCloud } }),
    'Azure cloud; it must be that of azureMetadata, which is the default.',
  ),
  endpoints: optional(deferred({ type: 'object' }), 'Not used: those of azureMetadata are.'),
  additionalTenants: optional(list(object(tenant)), 'Further tenants.'),
});

const patterns = 'Regular expressions (RE2, without case), one of which the whole name must match.';

const criteria = object({
  subscriptions: optional(subscriptions, 'Subscription ids.'),
  resourceGroups: optional(list(text()), 'Resource group names.'),
  regions: optional(list(text()), 'Azure regions.'),
  names: optional(list(text()), patterns),
  tags: optional(
    textMap(),
    'Tags, and for each the regular expression (RE2, without case) that its whole value must match.',
  ),
});

const discoverable = resourceTypes.filter(({ source }) => source === 'metrics').map(({ name }) => name);

const refusedTypes = {
  NotSpecified: { code: 'AZ1120', message: '`NotSpecified` is a placeholder; name a resource type.' },
  LogAnalytics: {
    code: 'AZ1152',
    message: 'LogAnalytics cannot be discovered: list its workspaces under `resources` of the metric.',
  },
  StorageQueue: {
    code: 'AZ1152',
    message:
      'StorageQueue cannot be discovered: list its queues under `resources` of the metric; for metrics of all queues of an account use `type: Generic` with `armTypes: [Microsoft.Storage/storageAccounts/queueServices]`.',
  },
} as const;

const group = object({
  name: required(text(), 'Name of the group; compared without case.'),
  type: required(
    choice(discoverable, { refused: refusedTypes, listedIn: 'it must be a resource type' }),
    'Type of its resources.',
  ),
  armTypes: optional(
    list(text()),
    'With type Generic: the ARM types of its resources, such as Microsoft.Web/staticSites.',
  ),
  criteria: section(
    object({
      include: section(criteria, 'What resources must fit: every kind of criteria, and of each kind one value.'),
      exclude: section(criteria, 'Resources that fit any value of any kind are left out.'),
      query: optional(text(), 'Condition in the Kusto query language that resources must fit as well.'),
    }),
    'Which resources belong to the group.',
  ),
});

/** What both files may hold. */
export const discoveryFields = {
  azureLandscape: optional(landscape, 'Where resources are looked for; the tenant and subscription of azureMetadata.'),
  resourceDiscoveryGroups: optional(list(group), 'Resource discovery groups that this file defines.'),
};

/** The whole of `resource-discovery-declaration.yaml`. */
export const discoverySpec = object({
  version: optional(text(), 'Version of the declaration: v1.'),
  ...discoveryFields,
  resourceDiscoveryGroups: expected(list(group), 'Resource discovery groups.'),
});

export type LandscapeValues = ValuesOf<typeof landscape.fields>;
export type TenantValues = ValuesOf<typeof tenant>;
export type GroupValues = ValuesOf<typeof group.fields>;
export type CriteriaValues = ValuesOf<typeof criteria.fields>;
export type DiscoveryValues = ValuesOf<typeof discoveryFields>;
