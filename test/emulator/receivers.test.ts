import fc from 'fast-check';
import { compress } from 'snappyjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readWriteRequest } from '../../src/emulator/services/write-request.ts';
import { createEncoder, type Protocol, protocolHeaders } from '../../src/sinks/remote-write/encode.ts';
import { decodeRequest } from '../receivers/remote-write-schema.ts';
import { type Bench, demoText, group, realClock, startBench, worldOf } from './support.ts';

const rule = 'dcr-0123456789abcdef';
const path = `/dataCollectionRules/${rule}/streams/Microsoft-PrometheusMetrics/api/v1/write?api-version=2023-04-24`;
const ruleId = `${group}/providers/Microsoft.Insights/dataCollectionRules/aks`;
const publisher = `{ role: Monitoring Metrics Publisher, scope: ${ruleId} }`;
const text = demoText
  .replace(
    'resources:',
    `resources:\n  - {type: Microsoft.Insights/dataCollectionRules, name: aks, properties: {immutableId: ${rule}}}`,
  )
  .replace(
    'roles: [{ role: Monitoring Reader, scope: / }]',
    `roles: [{ role: Monitoring Reader, scope: / }, ${publisher}]`,
  )
  .concat('\nstatuspages: [{id: page, apiKey: hunter2, metrics: [orders], requestsPerMinute: 3}]\n');
const world = worldOf(text);

let bench: Bench;
beforeAll(async () => {
  bench = await startBench({ clock: realClock, world });
});
afterAll(() => bench.close());
beforeEach(() => bench.emulator.control.clearReceived());

const points = [
  {
    series: { name: 'azure_load', help: 'Load', labels: [['instance_name', 'a']], dimensions: [['zone', '1']] },
    times: [1_767_268_800_000, 1_767_268_860_000],
    values: [12.5, -3],
  },
] as const;
const taken = [
  {
    receiver: rule,
    name: 'azure_load',
    labels: { instance_name: 'a', zone: '1' },
    timeMs: 1_767_268_800_000,
    value: 12.5,
  },
  {
    receiver: rule,
    name: 'azure_load',
    labels: { instance_name: 'a', zone: '1' },
    timeMs: 1_767_268_860_000,
    value: -3,
  },
];

describe('the metrics ingestion of an Azure Monitor workspace', () => {
  const write = async (changes: {
    readonly audience?: string;
    readonly path?: string;
    readonly headers?: Record<string, string>;
    readonly protocol?: Protocol;
    readonly body?: Uint8Array;
  }) => {
    const { audience = 'https://monitor.azure.com', protocol = '1.0' } = changes;
    const headers = {
      ...protocolHeaders[protocol],
      'content-encoding': 'snappy',
      authorization: `Bearer ${await bench.token(audience)}`,
      ...changes.headers,
    };
    const body = changes.body ?? compress(createEncoder(protocol, [])(points));
    return bench.call(changes.path ?? path, { method: 'POST', headers, body });
  };

  it.each(['1.0', '2.0'] as const)('takes remote write %s and tells what it took', async (protocol) => {
    expect((await write({ protocol })).status).toBe(200);
    expect(bench.emulator.control.received()).toEqual(taken);
    const told = await bench.plain(`${bench.emulator.urls.control}/control/received`);
    expect(told.json()).toEqual({ samples: taken });
    await bench.plain(`${bench.emulator.urls.control}/control/received`, { method: 'DELETE' });
    expect(bench.emulator.control.received()).toEqual([]);
  });

  it.each([
    ['a token for ARM', { audience: 'https://management.azure.com' }, 401, 'InvalidAuthenticationTokenAudience'],
    ['a call without the version', { path: path.replace(/\?.*/, '') }, 400, 'MissingApiVersionParameter'],
    ['a rule that is not there', { path: path.replace(rule, 'dcr-none') }, 404, 'NotFound'],
    ['a body that is not compressed', { headers: { 'content-encoding': 'gzip' } }, 415, 'UnsupportedMediaType'],
    [
      'a version of the other protocol',
      { headers: { 'x-prometheus-remote-write-version': '2.0.0' } },
      400,
      'BadRequest',
    ],
    ['bytes that are no message', { body: compress(new Uint8Array([10, 200, 1])) }, 400, 'BadRequest'],
  ])('refuses %s', async (_what, changes, status, code) => {
    const answer = await write(changes);
    expect([answer.status, (answer.json()['error'] as { code: string }).code]).toEqual([status, code]);
    expect(bench.emulator.control.received()).toEqual([]);
  });

  it('refuses an identity without the role Monitoring Metrics Publisher on the rule', async () => {
    bench.emulator.control.setWorld(worldOf(text.replace(publisher, publisher.replace('/aks ', '/other '))));
    try {
      const answer = await write({});
      expect(answer.status).toBe(403);
      expect(answer.json()).toEqual({
        error: {
          code: 'OperationFailed',
          message: `The authentication token provided does not have access to ingest data for the data collection rule with immutable Id '${rule}'.`,
        },
      });
    } finally {
      bench.emulator.control.setWorld(world);
    }
  });
});

describe('what is sent is read as the published schemas mean it', () => {
  const word = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });
  const anySeries = fc.record({
    series: fc.record({
      name: word,
      help: word,
      labels: fc.uniqueArray(fc.tuple(word, word), { selector: ([name]) => name, maxLength: 4 }),
      dimensions: fc.constant([]),
    }),
    times: fc.array(fc.nat(2 ** 48), { minLength: 1, maxLength: 3 }),
    values: fc.array(fc.double({ noNaN: true }), { minLength: 3, maxLength: 3 }),
  });
  it.each([
    ['1.0', 1],
    ['2.0', 2],
  ] as const)('%s', (protocol, version) => {
    const encode = createEncoder(protocol, []);
    fc.assert(
      fc.property(fc.array(anySeries, { maxLength: 5 }), (series) => {
        const bytes = encode(series);
        const expected = decodeRequest(protocol, bytes).map(({ labels, samples }) => ({ labels, samples }));
        expect(readWriteRequest(version, bytes)).toEqual(expected);
      }),
    );
  });
});

describe('Atlassian Statuspage', () => {
  const send = (
    changes: { readonly key?: string; readonly page?: string; readonly id?: string; readonly data?: unknown } = {},
  ) =>
    bench.plain(
      `${bench.emulator.urls.arm}/v1/pages/${changes.page ?? 'page'}/metrics/${changes.id ?? 'orders'}/data`,
      {
        method: 'POST',
        headers: { authorization: `OAuth ${changes.key ?? 'hunter2'}` },
        body: JSON.stringify({ data: changes.data ?? { timestamp: 1_767_268_800, value: 7 } }),
      },
    );
  beforeEach(() => bench.emulator.control.setWorld(world));

  it('takes a data point', async () => {
    const answer = await send();
    expect([answer.status, answer.json()]).toEqual([201, { data: { timestamp: 1_767_268_800, value: 7 } }]);
    const [point] = bench.emulator.control.received();
    expect(point).toEqual({ receiver: 'page', name: 'orders', labels: {}, timeMs: 1_767_268_800_000, value: 7 });
  });

  it.each([
    ['another key', { key: 'none' }, 401],
    ['another page', { page: 'other' }, 404],
    ['another metric', { id: 'other' }, 404],
    ['a time that is no whole second', { data: { timestamp: 1.5, value: 7 } }, 422],
    ['a value that is no number', { data: { timestamp: 1, value: null } }, 422],
  ])('refuses %s', async (_what, changes, status) => {
    expect((await send(changes)).status).toBe(status);
    expect(bench.emulator.control.received()).toEqual([]);
  });

  it('allows a key so many requests a minute', async () => {
    const statuses = [];
    for (let request = 0; request < 4; request += 1) statuses.push((await send()).status);
    expect(statuses).toEqual([201, 201, 201, 429]);
    expect((await send()).headers.get('retry-after')).toMatch(/^\d+$/);
  });
});
