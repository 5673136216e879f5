import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { CheckRow } from '../../src/check/report.ts';
import type { FaultRule } from '../../src/emulator/control/faults.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { configFolder, emulate, emulatorEnv, type Files, metadataFor, startExporter, startProgram } from './harness.ts';

const tenant = '11111111-1111-1111-1111-111111111111';
const otherTenant = '11111111-1111-1111-1111-222222222222';
const subscription = '22222222-2222-2222-2222-222222222222';
const foreign = '22222222-2222-2222-2222-333333333333';
const whole = `/subscriptions/${subscription}`;
const orders = `${whole}/resourceGroups/orders`;
const workspace = `${whole}/resourceGroups/orders/providers/Microsoft.OperationalInsights/workspaces/logs`;
const workspaceId = '44444444-4444-4444-4444-444444444444';
const secret = 'qXv7-secret-of-the-principal';

/** Identities by what they may do. */
const ids = {
  reader: id(1),
  none: id(2),
  ordersOnly: id(3),
  busOnly: id(4),
  noLogs: id(5),
  principal: id(6),
  exporter: id(7),
  node: id(8),
} as const;

function id(number: number): string {
  return `5e8a2f90-13c7-4db4-a6f2-91b7c0d4e83${number}`;
}

/** The object ids differ from the client ids, as Azure's do. */
function objectId(clientId: string): string {
  return clientId.replace(/^5e8a2f90/, '0b7ec701');
}

function worldText(certificate: string): string {
  const identity = (name: keyof typeof ids, kind: string, roles: unknown, more: object = {}): object => ({
    name,
    kind,
    clientId: ids[name],
    objectId: objectId(ids[name]),
    roles,
    ...more,
  });
  const monitoring = (...scopes: string[]): object[] => scopes.map((scope) => ({ role: 'Monitoring Reader', scope }));
  return JSON.stringify({
    seed: 7,
    tenants: [{ id: tenant }, { id: otherTenant }],
    identities: [
      identity('reader', 'userAssigned', monitoring('/')),
      identity('none', 'userAssigned', []),
      identity('ordersOnly', 'userAssigned', monitoring(orders)),
      identity('busOnly', 'userAssigned', monitoring(`${orders}/providers/Microsoft.ServiceBus/namespaces/bus-orders`)),
      identity('noLogs', 'userAssigned', [
        { role: 'Metrics', scope: '/', actions: ['Microsoft.Insights/metrics/read'] },
      ]),
      identity('principal', 'servicePrincipal', [], { secret, certificate }),
      identity('exporter', 'userAssigned', [], {
        federated: [{ subject: 'system:serviceaccount:monitoring:azimuth' }],
      }),
      identity('node', 'systemAssigned', []),
    ],
    subscriptions: [{ id: subscription }, { id: foreign, tenantId: otherTenant }],
    resourceGroups: [{ name: 'orders' }, { name: 'payments' }, { name: 'foreign', subscription: foreign }],
    resources: [
      { type: 'Microsoft.ServiceBus/namespaces', name: 'bus-orders' },
      { type: 'Microsoft.ServiceBus/namespaces', name: 'bus-payments', resourceGroup: 'payments' },
      { type: 'Microsoft.ServiceBus/namespaces', name: 'bus-foreign', subscription: foreign, resourceGroup: 'foreign' },
      {
        type: 'Microsoft.OperationalInsights/workspaces',
        name: 'logs',
        properties: { customerId: workspaceId },
      },
    ],
    workspaces: [{ resource: 'logs', queries: [{ pattern: 'Heartbeat', rows: [[7]] }] }],
    queues: [{ account: 'stcontoso', name: 'orders', signature: 'right', messages: { kind: 'constant', value: 5 } }],
  });
}

let emulator: Emulator;
let pem: string;
beforeAll(async () => {
  const made = await generate([{ name: 'commonName', value: 'principal' }], { keySize: 2048, algorithm: 'sha256' });
  pem = `${made.private}\n${made.cert}`;
  emulator = await emulate(worldText(made.cert));
});
afterAll(async () => {
  await emulator.close();
});

const bus = (name: string, resources: readonly object[], more: object = {}): object => ({
  name,
  description: 'Messages that wait',
  resourceType: 'ServiceBusNamespace',
  azureMetricConfiguration: { metricName: 'ActiveMessages', aggregation: { type: 'Total', interval: '00:01:00' } },
  resources,
  ...more,
});
const inOrders = bus('orders', [{ namespace: 'bus-orders' }]);
const inPayments = bus('payments', [{ namespace: 'bus-payments', resourceGroupName: 'payments' }]);
const query = {
  name: 'heartbeats',
  description: 'Heartbeats',
  resourceType: 'LogAnalytics',
  logAnalyticsConfiguration: {
    query: 'Heartbeat | summarize result = count() | project result',
    aggregation: { interval: '00:05:00' },
  },
  resources: [{ workspaceId, workspaceName: 'logs' }],
};
const queue = {
  name: 'queue_size',
  description: 'Messages of the queue',
  resourceType: 'StorageQueue',
  azureMetricConfiguration: { metricName: 'MessageCount', aggregation: { type: 'Total' } },
  resources: [{ accountName: 'stcontoso', queueName: 'orders', sasToken: { environmentVariable: 'QUEUE_SAS' } }],
};

interface Situation {
  readonly metrics: readonly object[];
  /** `authentication` of the runtime file; else a user-assigned identity. */
  readonly authentication?: object;
  readonly identity?: string;
  readonly integration?: object;
  readonly env?: Record<string, string>;
  readonly others?: Record<string, string>;
  readonly tenantId?: string;
  readonly faults?: readonly FaultRule[];
  readonly groups?: readonly object[];
}

function filesOf(
  {
    metrics,
    authentication,
    identity = ids.reader,
    integration = {},
    others = {},
    tenantId = tenant,
    groups,
  }: Situation,
  azure = emulator,
): Files {
  const userAssigned = { mode: 'UserAssignedManagedIdentity', identityId: identity };
  return {
    runtime: JSON.stringify({ authentication: authentication ?? userAssigned, azureMonitor: { integration } }),
    declaration: [
      'version: v1',
      metadataFor(azure, tenantId, subscription, 'orders'),
      "metricDefaults: { scraping: { schedule: '0 0 1 1 *' } }",
      `metrics: ${JSON.stringify(metrics)}`,
      ...(groups === undefined ? [] : [`resourceDiscoveryGroups: ${JSON.stringify(groups)}`]),
    ].join('\n'),
    others,
  };
}

const env = { AZIMUTH_AUTH_APPKEY: secret, QUEUE_SAS: 'sp=r&sig=right' };

interface Checked {
  readonly code: number | null;
  readonly output: string;
}

async function check(situation: Situation, ...flags: string[]): Promise<Checked> {
  for (const fault of situation.faults ?? []) emulator.control.addFault(fault);
  const folder = configFolder(filesOf(situation));
  try {
    const args = ['check', '--config-folder', folder.path, ...flags];
    const program = startProgram(args, { ...emulatorEnv(emulator, folder.path), ...env, ...situation.env });
    const { code } = await program.exited;
    return { code, output: program.output() };
  } finally {
    folder.remove();
    emulator.control.removeFault();
  }
}

async function report(situation: Situation): Promise<{ code: number | null; ok: boolean; checks: CheckRow[] }> {
  const { code, output } = await check(situation, '--format', 'json', '--log-level', 'None');
  const { ok, checks } = JSON.parse(output.slice(output.indexOf('{\n'))) as { ok: boolean; checks: CheckRow[] };
  return { code, ok, checks };
}

/** What failed or was skipped, shortly. */
function gist(checks: readonly CheckRow[]): (string | null)[][] {
  return checks.map(({ check: api, status, code, scope, role }) => [api, status, code, scope, role]);
}

function line(clientId: string, role: string, scope: string): string {
  return `az role assignment create --assignee-object-id ${objectId(clientId)} --assignee-principal-type ServicePrincipal --role "${role}" --scope ${scope}`;
}

const discovered = bus('buses', [], { resources: undefined, resourceDiscoveryGroups: [{ name: 'buses' }] });
const buses = { name: 'buses', type: 'ServiceBusNamespace' };
const batching = { metricsBatching: { enabled: true, maxBatchSize: 50 } };
const everything = [inOrders, inPayments, query, queue];

describe('azimuth check', () => {
  it('tries each kind of call once, and ends with 0 when everything can be read', async () => {
    emulator.control.clearCalls();
    const { code, ok, checks } = await report({ metrics: everything, integration: batching });
    expect(gist(checks)).toEqual([
      ['token', 'ok', null, null, null],
      ['metrics', 'ok', null, `${orders}/providers/Microsoft.ServiceBus/namespaces/bus-orders`, null],
      ['logs', 'ok', null, workspace, null],
      ['queue', 'ok', null, 'stcontoso/orders', null],
      ['batch', 'ok', null, whole, null],
    ]);
    expect({ code, ok }).toEqual({ code: 0, ok: true });
    const { counts } = emulator.control.calls();
    expect(counts).toMatchObject({ metrics: 1, batch: 1, logs: 1, queue: 1 });
  });

  it('asks Resource Graph once more where groups are declared, and reads what they find', async () => {
    emulator.control.clearCalls();
    const { code, checks } = await report({ metrics: [discovered], groups: [buses] });
    expect(gist(checks)).toEqual([
      ['token', 'ok', null, null, null],
      ...['orders', 'payments'].map((name) => [
        'metrics',
        'ok',
        null,
        `${whole}/resourceGroups/${name}/providers/Microsoft.ServiceBus/namespaces/bus-${name}`,
        null,
      ]),
      ['resourceGraph', 'ok', null, whole, null],
    ]);
    expect(code).toBe(0);
  });

  it('names the role that Resource Graph lacks, with the line that gives it', async () => {
    const { code, checks } = await report({ metrics: [discovered], groups: [buses], identity: ids.none });
    const row = checks.find(({ check: api }) => api === 'resourceGraph');
    expect([code, row?.status, row?.subscription, row?.command]).toEqual([
      6,
      'failed',
      subscription,
      line(ids.none, 'Reader', whole),
    ]);
  });

  it('says as text what was tried, how it went, and the line that mends it', async () => {
    const { code, output } = await check({
      metrics: [inOrders, query],
      integration: batching,
      identity: ids.ordersOnly,
    });
    expect(code).toBe(6);
    expect(output.split('\n').filter((text) => text !== '')).toEqual([
      '  check    tried on                                                          result  what to do',
      `  token    -                                                                 ok      A token for client ${ids.ordersOnly}, object ${objectId(ids.ordersOnly)}, tenant ${tenant} was obtained.`,
      '  metrics  namespaces/bus-orders                                             ok      ActiveMessages of microsoft.servicebus/namespaces was read.',
      '  logs     workspaces/logs                                                   ok      The query of heartbeats was answered.',
      `  batch    subscriptions/${subscription} in westeurope  failed  AZ3403: The identity lacks the role Monitoring Reader on ${whole}: Azure refused Microsoft.Insights/metrics/read of ${orders}/providers/Microsoft.ServiceBus/namespaces/bus-orders; for batch calls a role on the resource or its group does not count.`,
      `${' '.repeat(85)}${line(ids.ordersOnly, 'Monitoring Reader', whole)}`,
      '1 of 4 checks failed.',
    ]);
  });

  it('has the promised members in JSON', async () => {
    const { checks, ok } = await report({ metrics: [inOrders], identity: ids.none });
    expect(ok).toBe(false);
    expect(checks.at(-1)).toEqual({
      check: 'metrics',
      scope: whole,
      subscription,
      region: null,
      status: 'failed',
      code: 'AZ3403',
      message: `The identity lacks the role Monitoring Reader on ${whole}: Azure refused Microsoft.Insights/metrics/read of ${orders}/providers/Microsoft.ServiceBus/namespaces/bus-orders.`,
      role: 'Monitoring Reader',
      command: line(ids.none, 'Monitoring Reader', whole),
    });
  });

  it('refuses what the other commands refuse', async () => {
    expect((await check({ metrics: everything }, '--format', 'xml')).code).toBe(2);
    const program = startProgram(['check', '--config-folder', '/does/not/exist']);
    expect((await program.exited).code).toBe(3);
    for (const [runtime, exitCode] of [
      ['server: { httpPort: many }', 2],
      ['metricsConfiguration: { absolutePath: nowhere.yaml }', 4],
    ] as const) {
      const folder = configFolder({ ...filesOf({ metrics: [inOrders] }), runtime });
      onTestFinished(() => folder.remove());
      expect((await startProgram(['check', '--config-folder', folder.path]).exited).code).toBe(exitCode);
    }
  });
});

const assertion = [
  { alg: 'none' },
  { sub: 'system:serviceaccount:monitoring:azimuth', iss: 'https://cluster.example', exp: 4_102_444_800 },
  {},
]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.');
const principal = { mode: 'ServicePrincipal', identityId: ids.principal };
const workload = { mode: 'WorkloadIdentity', identityId: ids.exporter, federatedTokenFile: 'token' };

describe('the line names the identity of', () => {
  it.each([
    { name: 'a user-assigned identity', client: ids.none, authentication: undefined },
    { name: 'the node', client: ids.node, authentication: { mode: 'SystemAssignedManagedIdentity' } },
    { name: 'a service principal with a secret', client: ids.principal, authentication: principal },
    {
      name: 'a service principal with a certificate',
      client: ids.principal,
      authentication: { ...principal, certificateFilePath: 'principal.pem' },
    },
    { name: 'workload identity', client: ids.exporter, authentication: workload },
    {
      name: 'the default chain',
      client: ids.principal,
      authentication: { mode: 'SdkDefault' },
      env: { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: ids.principal, AZURE_CLIENT_SECRET: secret },
    },
  ])('$name', async ({ client, authentication, env: more = {} }) => {
    const { code, checks } = await report({
      metrics: [inOrders],
      identity: ids.none,
      ...(authentication === undefined ? {} : { authentication }),
      others: { token: assertion, 'principal.pem': pem },
      env: more,
    });
    expect(code).toBe(6);
    expect(checks.map(({ command }) => command)).toEqual([null, line(client, 'Monitoring Reader', whole)]);
  });
});

describe('the scope of the line', () => {
  const commands = async (situation: Situation): Promise<(string | null)[]> =>
    (await report(situation)).checks.flatMap(({ command, status }) => (status === 'failed' ? [command] : []));

  it('is the resource group when another one can be read', async () => {
    expect(await commands({ metrics: [inOrders, inPayments], identity: ids.ordersOnly })).toEqual([
      line(ids.ordersOnly, 'Monitoring Reader', `${whole}/resourceGroups/payments`),
    ]);
  });

  it('is the resource group when a single resource of another can be read', async () => {
    expect(await commands({ metrics: [inOrders, inPayments], identity: ids.busOnly })).toEqual([
      line(ids.busOnly, 'Monitoring Reader', `${whole}/resourceGroups/payments`),
    ]);
  });

  it('is the subscription when calls are shared, although single calls work', async () => {
    expect(await commands({ metrics: [inOrders], integration: batching, identity: ids.busOnly })).toEqual([
      line(ids.busOnly, 'Monitoring Reader', whole),
    ]);
  });

  it('is the subscription for calls at its scope', async () => {
    const overview = bus('overview', [{ resourceUri: 'Microsoft.ServiceBus/namespaces/bus-orders' }], {
      resourceType: 'Generic',
    });
    const integration = { queryMode: 'subscription' };
    const { checks } = await report({ metrics: [overview], integration, identity: ids.ordersOnly });
    expect(gist(checks).slice(2)).toEqual([['subscription', 'failed', 'AZ3403', whole, 'Monitoring Reader']]);
    expect(checks[2]?.command).toBe(line(ids.ordersOnly, 'Monitoring Reader', whole));
  });

  it('is the workspace for log queries', async () => {
    expect(await commands({ metrics: [inOrders, query], identity: ids.noLogs })).toEqual([
      line(ids.noLogs, 'Log Analytics Reader', workspace),
    ]);
  });
});

describe('other causes are told apart', () => {
  const metrics = [inOrders];

  it.each([
    {
      name: 'no identity is bound',
      situation: { metrics, authentication: { mode: 'SystemAssignedManagedIdentity' } },
      faults: [
        {
          api: 'token',
          effect: { status: 404, body: { error: 'invalid_request', error_description: 'Identity not found' } },
        },
      ],
      says: /^No access token .* answered 404 .*no identity bound yet\?/,
    },
    {
      name: 'the federated credential is missing',
      situation: {
        metrics,
        authentication: workload,
        others: {
          token: assertion.replace(
            /\.[^.]+/,
            `.${Buffer.from('{"sub":"system:serviceaccount:x:y"}').toString('base64url')}`,
          ),
        },
      },
      says: /no federated credential matches/,
    },
    {
      name: 'the secret is wrong',
      situation: { metrics, authentication: principal, env: { AZIMUTH_AUTH_APPKEY: 'wrong' } },
      says: /the client secret is wrong/,
    },
    {
      name: 'the tenant does not exist',
      situation: { metrics, authentication: principal, tenantId: '11111111-1111-1111-1111-999999999999' },
      says: /no such tenant: check tenantId and the cloud/,
    },
  ])('$name: nothing else is tried', async ({ situation, faults, says }) => {
    const { code, checks } = await report({
      ...situation,
      ...(faults === undefined ? {} : { faults: faults as FaultRule[] }),
    });
    expect(code).toBe(6);
    expect(checks.map(({ check: api, status, code: error }) => [api, status, error])).toEqual([
      ['token', 'failed', 'AZ3005'],
      ['metrics', 'skipped', null],
    ]);
    expect(checks[0]?.message).toMatch(says);
    expect(checks[1]?.message).toBe('Not tried, because there is no access token.');
  });

  it.each([
    {
      name: 'a subscription of another tenant',
      metric: bus('foreign', [{ namespace: 'bus-foreign', resourceGroupName: 'foreign', subscriptionId: foreign }]),
      error: 'AZ3041',
      says: `Subscription ${foreign} does not belong to tenant ${tenant}, in which the identity signs in; correct azureMetadata.tenantId or subscriptionId, or use an identity of the subscription's tenant.`,
    },
    {
      name: 'a subscription that does not exist',
      metric: bus('nowhere', [{ namespace: 'x', subscriptionId: tenant }]),
      error: 'AZ3404',
      says: `Azure knows no subscription ${tenant} in tenant ${tenant}; correct subscriptionId, azureMetadata.tenantId or the cloud.`,
    },
    {
      name: 'a resource that does not exist',
      metric: bus('misspelt', [{ namespace: 'bus-oders' }]),
      error: 'AZ3404',
      says: expect.stringContaining('remove the resource from the declaration, or correct its name'),
    },
    {
      name: 'a metric that does not exist',
      metric: bus('unknown', [{ namespace: 'bus-orders' }], {
        azureMetricConfiguration: { metricName: 'ActiveMesages', aggregation: { type: 'Total', interval: '00:01:00' } },
      }),
      error: 'AZ3400',
      says: expect.stringContaining('check metric names'),
    },
  ])('$name', async ({ metric, error, says }) => {
    const { code, checks } = await report({ metrics: [metric] });
    expect(code).toBe(6);
    expect(checks[1]).toMatchObject({ status: 'failed', code: error, role: null, command: null, message: says });
  });

  it.each([
    {
      name: 'a provider that is not registered, as the data plane says it',
      fault: { api: 'batch', effect: { status: 403, body: { error: { code: 'Forbidden', message: 'no' } } } },
      row: 2,
    },
    {
      name: 'a provider that is not registered, as the resource manager says it',
      fault: {
        api: 'metrics',
        effect: { status: 409, body: { error: { code: 'MissingSubscriptionRegistration', message: 'no' } } },
      },
      row: 1,
    },
  ])('$name', async ({ fault, row }) => {
    const { checks } = await report({ metrics, integration: batching, faults: [fault as FaultRule] });
    expect(checks[row]).toMatchObject({
      code: 'AZ3040',
      role: null,
      command: `az provider register --namespace Microsoft.Insights --subscription ${subscription}`,
    });
  });

  it('a token that the data plane does not take is no missing role', async () => {
    const body = { error: { code: 'InvalidAuthenticationTokenAudience', message: 'wrong audience' } };
    const fault: FaultRule = { api: 'batch', effect: { status: 401, body } };
    const { checks } = await report({ metrics, integration: batching, faults: [fault] });
    expect(checks[2]).toMatchObject({ check: 'batch', code: 'AZ3401', role: null, command: null });
  });

  it('a certificate that is not trusted, and a host that refuses', async () => {
    const untrusted = await report({ metrics, authentication: principal, env: { NODE_EXTRA_CA_CERTS: '' } });
    expect(untrusted.checks[0]).toMatchObject({ status: 'failed', code: 'AZ3005' });
    expect(untrusted.checks[0]?.message).toMatch(/is not trusted \(.+\); give the issuing certificate authority/);
    const reset: FaultRule = { api: 'metrics', effect: { reset: true } };
    const cut = await report({ metrics, faults: [reset] });
    expect(cut.checks[1]).toMatchObject({ code: 'AZ3002', role: null, command: null });
  });

  it('a SAS token that does not fit, without a token of the identity', async () => {
    const { checks } = await report({ metrics: [queue], env: { QUEUE_SAS: 'sp=r&sig=wrong' } });
    expect(gist(checks)).toEqual([['queue', 'failed', 'AZ3403', 'stcontoso/orders', null]]);
    expect(checks[0]?.message).toContain('it needs the service queue with read and process');
  });

  it('an interval that is not offered is no failure, because the run replaces it', async () => {
    const odd = { metricName: 'ActiveMessages', aggregation: { type: 'Total', interval: '00:02:00' } };
    const metric = bus('odd', [{ namespace: 'bus-orders' }], { azureMetricConfiguration: odd });
    expect(await report({ metrics: [metric] })).toMatchObject({ code: 0, ok: true });
  });
});

it('never shows a token, a claim that is no id, a secret or a signature', async () => {
  const situation = { metrics: everything, authentication: principal, integration: batching };
  for (const format of ['text', 'json']) {
    const { output } = await check(situation, '--format', format, '--log-level', 'Trace');
    expect(output).toContain(objectId(ids.principal));
    expect(output).not.toMatch(/eyJ|Bearer|iss"|emulated/);
    expect(output).not.toContain(secret);
    expect(output).not.toContain('sig=');
  }
});

describe('the running exporter', () => {
  const preflight = (log: readonly Record<string, unknown>[]): Record<string, unknown>[] =>
    log.filter(({ msg }) => String(msg).startsWith('Preflight:'));
  const often = (metrics: readonly object[]): object[] =>
    metrics.map((metric) => ({ ...metric, scraping: { schedule: '*/2 * * * * *' } }));

  it('tells once which role is missing, from the first run alone, and goes on', async () => {
    emulator.control.clearCalls();
    const files = filesOf({ metrics: often([inOrders, inPayments]), identity: ids.ordersOnly });
    const exporter = await startExporter(emulator, files);
    onTestFinished(() => exporter.stop());
    await exporter.logged(({ msg }) => String(msg).startsWith('Preflight:'));
    const command = line(ids.ordersOnly, 'Monitoring Reader', `${whole}/resourceGroups/payments`);
    // Two more runs would tell it again.
    await exporter.until(
      () => exporter.series('azimuth_scrape_failures_total{metric_name="payments"'),
      ([sample]) => Number(sample?.split(' ').at(-1)) >= 3,
    );
    expect(preflight(exporter.log)).toEqual([
      expect.objectContaining({ level: 'warn', code: 'AZ3403', role: 'Monitoring Reader', command }),
    ]);
    expect(String(preflight(exporter.log)[0]?.['msg'])).toMatch(/^Preflight: The identity lacks .*\. Run: az role /);
    expect((await exporter.get('/-/ready')).status).toBe(200);
    const { calls } = emulator.control.calls();
    expect(calls.filter(({ api }) => !['metrics', 'token', 'authority'].includes(api))).toEqual([]);
  });

  it('tries shared calls beside the first run, before any is planned', async () => {
    emulator.control.clearCalls();
    const files = filesOf({ metrics: [inOrders], integration: batching, identity: ids.ordersOnly });
    const exporter = await startExporter(emulator, files);
    onTestFinished(() => exporter.stop());
    const told = await exporter.logged(({ msg }) => String(msg).startsWith('Preflight:'));
    expect(told).toMatchObject({ code: 'AZ3403', command: line(ids.ordersOnly, 'Monitoring Reader', whole) });
    const { calls } = emulator.control.calls();
    expect(calls.map(({ api }) => api).filter((api) => api === 'metrics')).toHaveLength(1);
  });

  it('waits for the identity before it tells what is missing', async () => {
    const own = await emulate(worldText(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE'))));
    onTestFinished(() => own.close());
    own.control.addFault({ api: 'token', effect: { status: 404, body: 'no identity' } });
    const files = filesOf({ metrics: often([inOrders]), identity: ids.none }, own);
    const exporter = await startExporter(own, files);
    onTestFinished(() => exporter.stop());
    await exporter.logged(({ code }) => code === 'AZ3005');
    expect(preflight(exporter.log)).toEqual([]);
    own.control.removeFault();
    const told = await exporter.logged(({ msg }) => String(msg).startsWith('Preflight:'), 45_000);
    expect(told).toMatchObject({ command: line(ids.none, 'Monitoring Reader', whole) });
  });

  it('says nothing when all is well, and asks in batches as often as without', async () => {
    emulator.control.clearCalls();
    const files = filesOf({ metrics: often([inOrders, inPayments]), integration: batching });
    const exporter = await startExporter(emulator, files);
    onTestFinished(() => exporter.stop());
    const batchCalls = (): number => emulator.control.calls().calls.filter(({ api }) => api === 'batch').length;
    await exporter.until(
      () => Promise.resolve(batchCalls()),
      (count) => count >= 4,
    );
    expect(preflight(exporter.log)).toEqual([]);
    const names = emulator.control
      .calls()
      .calls.filter(({ api }) => api === 'batch')
      .map(({ resources }) => resources.length);
    // The preflight asks for one resource, the runs for both.
    expect(names.filter((count) => count === 1)).toHaveLength(1);
  });
});
