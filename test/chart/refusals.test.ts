import { describe, expect, it } from 'vitest';
import { chart, type HelmVersion, helm, helmVersions, template } from './support/helm.ts';

const modes =
  'Known are ServicePrincipal, UserAssignedManagedIdentity, SystemAssignedManagedIdentity, WorkloadIdentity, SdkDefault.';
const levels = 'Known are Trace, Debug, Information, Warning, Error, Critical, None.';

/** Refusals of the templates: what is set, and the message that follows the place in the chart. */
const refused: readonly (readonly [string, string])[] = [
  [
    'azureAuthentication.mode=SystemAssigneManagedIdentity',
    `azureAuthentication.mode: \`SystemAssigneManagedIdentity\` is not known. Did you mean \`SystemAssignedManagedIdentity\`? ${modes}`,
  ],
  [
    'azureAuthentication.mode=UserAsignedIdentity',
    `azureAuthentication.mode: \`UserAsignedIdentity\` is not known. Did you mean \`UserAssignedManagedIdentity\`? ${modes}`,
  ],
  ['azureAuthentication.mode=xyz', `azureAuthentication.mode: \`xyz\` is not known. ${modes}`],
  [
    'config.runtime.authentication.mode=Workload',
    `config.runtime.authentication.mode: \`Workload\` is not known. Did you mean \`WorkloadIdentity\`? ${modes}`,
  ],
  [
    'telemetry.defaultLogLevel=Info',
    `telemetry.defaultLogLevel: \`Info\` is not known. Did you mean \`Information\`? ${levels}`,
  ],
  [
    'telemetry.containerLogs.logLevel=Warn',
    `telemetry.containerLogs.logLevel: \`Warn\` is not known. Did you mean \`Warning\`? ${levels}`,
  ],
  [
    'azureMetadata.cloud=UsGovernment',
    'azureMetadata.cloud: `UsGovernment` is not known. Did you mean `UsGov`? Known are Global, China, UsGov, Custom.',
  ],
  [
    'metricSinks.prometheusScrapingEndpoint.labelTransformation=lower',
    'metricSinks.prometheusScrapingEndpoint.labelTransformation: `lower` is not known. Did you mean `Lowercase`? Known are None, Lowercase.',
  ],
  [
    'azureMonitor.integration.queryMode=batches',
    'azureMonitor.integration.queryMode: `batches` is not known. Did you mean `batch`? Known are single, batch, subscription, auto.',
  ],
  [
    'metricSinks.prometheusRemoteWrite.url=https://a,metricSinks.prometheusRemoteWrite.authentication.entra.enabled=true,metricSinks.prometheusRemoteWrite.authentication.entra.identity.mode=Workload',
    `metricSinks.prometheusRemoteWrite.authentication.entra.identity.mode: \`Workload\` is not known. Did you mean \`WorkloadIdentity\`? ${modes}`,
  ],
  [
    'config.runtime.server.httpPort=9000',
    'config.runtime.server.httpPort: the port of the container is service.targetPort (8888); set that instead.',
  ],
  [
    'secrets.createSecret=false',
    'secrets.secretName: name the Secret that holds the keys, because secrets.createSecret is false.',
  ],
  [
    'aadPodIdentity.create=true,azureAuthentication.identity.id=a,azureAuthentication.identity.binding=b',
    'aadPodIdentity.resourceId: give the resource id of the managed identity (az identity show --query id).',
  ],
  [
    'aadPodIdentity.create=true,azureAuthentication.identity.id=a,aadPodIdentity.resourceId=r',
    'azureAuthentication.identity.binding: give the label by which AAD Pod Identity finds the pods.',
  ],
];

/** Refusals of the schema, which names the place and then the known names; the two versions put it differently. */
const mistyped: readonly (readonly [string, Readonly<Record<HelmVersion, readonly string[]>>])[] = [
  [
    'azureMetadata.tenant=x',
    {
      3: [
        '- azureMetadata: Additional property tenant is not allowed',
        '- azureMetadata: azureMetadata must be one of the following: "tenantId", "subscriptionId", "resourceGroupName", "cloud", "endpoints"',
      ],
      4: [
        "- at '/azureMetadata': additional properties 'tenant' not allowed",
        "value must be one of 'tenantId', 'subscriptionId', 'resourceGroupName', 'cloud', 'endpoints'",
      ],
    },
  ],
  [
    'metricSink.statsd.enabled=true',
    {
      3: ['- (root): Additional property metricSink is not allowed', '"metricSinks"'],
      4: ["- at '': additional properties 'metricSink' not allowed", "'metricSinks'"],
    },
  ],
  [
    'replicaCount=two',
    {
      3: ['- replicaCount: Invalid type. Expected: [integer,null], given: string'],
      4: ["- at '/replicaCount': got string, want null or integer"],
    },
  ],
  [
    'metricSinks.statsd.enabled=maybe',
    {
      3: ['- metricSinks.statsd.enabled: Invalid type. Expected: [boolean,null], given: string'],
      4: ["- at '/metricSinks/statsd/enabled': got string, want null or boolean"],
    },
  ],
  ['health=null', { 3: ['- (root): health is required'], 4: ["- at '': missing property 'health'"] }],
];

describe.each(helmVersions)('wrong values with Helm %i', (version) => {
  it.each(refused)('%s', (set, message) => {
    const { status, stderr } = template(version, 'default', '--set', set);
    expect(status).toBe(1);
    expect(stderr.replace(/^Error: execution error at \([^)]+\): /, '').split('\n')[0]).toBe(message);
  });

  it.each(mistyped)('%s', (set, messages) => {
    const { status, stderr } = template(version, 'default', '--set', set);
    expect(status).toBe(1);
    for (const message of messages[version]) expect(stderr).toContain(message);
  });

  it('fail lint too, which goes on after a refusal of the templates', () => {
    const { status, stdout } = helm(
      version,
      'lint',
      chart,
      '--set',
      'azureAuthentication.mode=SystemAssigneManagedIdentity',
    );
    expect(status).toBe(1);
    expect(stdout).toContain('Did you mean `SystemAssignedManagedIdentity`?');
  });

  it.each(['systemassignedmanagedidentity', 'SYSTEMASSIGNEDMANAGEDIDENTITY'])(
    '%s is written as it should be',
    (mode) => {
      const { stdout } = template(version, 'default', '--set', `azureAuthentication.mode=${mode}`);
      expect(stdout).toContain('      mode: SystemAssignedManagedIdentity\n');
    },
  );

  it("takes the mode where the README of Promitor's chart puts it", () => {
    const { stdout } = template(version, 'default', '--set', 'azureAuthentication.identity.mode=sdkdefault');
    expect(stdout).toContain('      mode: SdkDefault\n');
  });
});
