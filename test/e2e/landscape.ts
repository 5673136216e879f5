import type { Emulator } from '../../src/emulator/emulator.ts';
import { metadataFor } from './harness.ts';

/** The one tenant of the worlds that these tests run against. */
export const tenant = '11111111-1111-1111-1111-111111111111';
const subscription = '22222222-2222-2222-2222-222222222222';
const resourceGroup = 'contoso';

/** Identities by kind; each may read everything. */
export const clientIds = {
  node: '2f6d0c51-94be-4a3e-8d17-c05b6a91e742',
  exporter: '5e8a2f90-13c7-4db4-a6f2-91b7c0d4e835',
  principal: '8b1f7d24-60a9-4c35-9e82-d3f05c7a164b',
} as const;

export interface WorldInput {
  /** Names of Service Bus namespaces. */
  readonly namespaces: readonly string[];
  /** Secret of the service principal. */
  readonly secret?: string;
  /** Certificate of the service principal, PEM. */
  readonly certificate?: string;
  /** Life of a token of a managed identity, seconds. */
  readonly tokenSeconds?: number;
  /** Storage queue `stcontoso/orders`, which asks for this signature. */
  readonly queueSignature?: string;
}

/** A world of Service Bus namespaces, as text. */
export function worldOf(input: WorldInput): string {
  const roles = [{ role: 'Monitoring Reader', scope: '/' }];
  const { secret, certificate, tokenSeconds, queueSignature: signature } = input;
  return JSON.stringify({
    seed: 7,
    tenants: [{ id: tenant }],
    identities: [
      { name: 'node', kind: 'systemAssigned', clientId: clientIds.node, roles },
      {
        name: 'exporter',
        kind: 'userAssigned',
        clientId: clientIds.exporter,
        federated: [{ subject: 'system:serviceaccount:monitoring:azimuth' }],
        roles,
      },
      { name: 'principal', kind: 'servicePrincipal', clientId: clientIds.principal, secret, certificate, roles },
    ],
    subscriptions: [{ id: subscription }],
    resourceGroups: [{ name: resourceGroup }],
    resources: input.namespaces.map((name) => ({
      type: 'Microsoft.ServiceBus/namespaces',
      name,
      dimensions: { EntityName: ['orders'] },
    })),
    ...(tokenSeconds === undefined ? {} : { tokens: { identitySeconds: tokenSeconds } }),
    ...(signature === undefined
      ? {}
      : {
          queues: [{ account: 'stcontoso', name: 'orders', signature, messages: { kind: 'constant', value: 5 } }],
        }),
  });
}

export interface BusMetric {
  readonly name: string;
  /** Namespaces that it is scraped from. */
  readonly namespaces: readonly string[];
  readonly schedule: string;
  readonly staleAfter?: string;
}

/** One entry of `metrics`: active messages of namespaces. */
export function busMetric({ name, namespaces, schedule, staleAfter }: BusMetric): unknown {
  return {
    name,
    description: 'Messages that wait',
    resourceType: 'ServiceBusNamespace',
    scraping: { schedule },
    azureMetricConfiguration: {
      metricName: 'ActiveMessages',
      aggregation: { type: 'Total', interval: '00:01:00' },
      ...(staleAfter === undefined ? {} : { staleAfter }),
    },
    resources: namespaces.map((namespace) => ({ namespace })),
  };
}

/** A whole declaration; `schedule` is the default. */
export function declarationOf(emulator: Emulator, metrics: readonly unknown[], schedule = '*/2 * * * * *'): string {
  return [
    'version: v1',
    metadataFor(emulator, tenant, subscription, resourceGroup),
    `metricDefaults: { scraping: { schedule: '${schedule}' } }`,
    `metrics: ${JSON.stringify(metrics, null, 1)}`,
    '',
  ].join('\n');
}

/** The sample of a series in an exposition text. */
export interface Sample {
  readonly line: string;
  readonly value: number;
  /** Milliseconds since the epoch; NaN without a timestamp. */
  readonly timeMs: number;
}

/** Samples of a metric in text format whose labels hold all the given values. */
export function samplesOf(text: string, metric: string, ...labelValues: readonly string[]): Sample[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `))
    .filter((line) => labelValues.every((value) => line.includes(`"${value}"`)))
    .map((line) => {
      const [, value, time] = /^[^ {]+(?:\{.*\})? (\S+)(?: (\d+))?$/.exec(line) ?? [];
      return { line, value: Number(value), timeMs: Number(time) };
    });
}
