import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Effect } from '../../src/emulator/control/faults.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import type { World } from '../../src/emulator/world/model.ts';
import { parseWorld } from '../../src/emulator/world/parse.ts';
import { emulate, type Started, startExporter, until } from '../e2e/harness.ts';
import { busMetric, declarationOf, tenant, worldOf } from '../e2e/landscape.ts';

const subscription = '22222222-2222-2222-2222-222222222222';
const refreshSeconds = 2;
const all = Array.from({ length: 10 }, (_, index) => `bus-${index}`);
const runtime = `
authentication: { mode: SystemAssignedManagedIdentity }
resourceDiscovery: { refreshInterval: ${refreshSeconds}s }
`;
const discovery = `
version: v1
azureLandscape: { tenantId: ${tenant}, subscriptions: [${subscription}] }
resourceDiscoveryGroups:
  - { name: Buses, type: ServiceBusNamespace }
`;

/** Every three seconds, and once a year: the latter shows what happens without a tick. */
function metrics(): unknown[] {
  const discovered = { resources: undefined, resourceDiscoveryGroups: [{ name: 'buses' }] };
  return [
    busMetric({ name: 'declared', namespaces: ['bus-0'], schedule: '0 0 1 1 *' }),
    { ...(busMetric({ name: 'often', namespaces: [], schedule: '*/3 * * * * *' }) as object), ...discovered },
    { ...(busMetric({ name: 'rarely', namespaces: [], schedule: '0 0 2 1 *' }) as object), ...discovered },
  ];
}

function worldWith(namespaces: readonly string[]): World {
  const parsed = parseWorld(worldOf({ namespaces }));
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  return parsed.world;
}

function rowOf(name: string): Record<string, unknown> {
  const id = `/subscriptions/${subscription}/resourceGroups/contoso/providers/Microsoft.ServiceBus/namespaces/${name}`;
  const type = 'microsoft.servicebus/namespaces';
  return {
    id,
    name,
    type,
    kind: '',
    location: 'westeurope',
    resourceGroup: 'contoso',
    subscriptionId: subscription,
    tags: {},
  };
}

/** An answer of Resource Graph whatever is asked. */
function answer(names: readonly string[], changes: Record<string, unknown> = {}): Effect {
  const data = names.map(rowOf);
  return {
    status: 200,
    body: { totalRecords: data.length, count: data.length, data, resultTruncated: 'false', ...changes },
  };
}

let emulator: Emulator;
let exporter: Started;

const namesOf = async (metric: string): Promise<string[]> => {
  const lines = await exporter.series(`${metric}{`);
  return [...new Set(lines.map((line) => /instance_name="([^"]*)"/.exec(line)?.[1] ?? ''))].sort();
};
const gauge = async (name: string): Promise<number> => {
  const [line = ''] = await exporter.series(`${name}{group="Buses"}`);
  return Number(line.split(' ').at(-1));
};
const age = (): Promise<number> => gauge('azimuth_discovery_group_age_seconds');
const shows = (metric: string, names: readonly string[]): Promise<string[]> =>
  until(
    () => namesOf(metric),
    (seen) => seen.join() === [...names].sort().join(),
    40_000,
  );

beforeAll(async () => {
  emulator = await emulate(worldOf({ namespaces: all }));
  emulator.control.addFault({
    api: 'resourceGraph',
    effect: { status: 500, body: { error: { code: 'Oops', message: 'No.' } } },
  });
  const others = { 'resource-discovery-declaration.yaml': discovery };
  exporter = await startExporter(emulator, { runtime, declaration: declarationOf(emulator, metrics()), others });
});
afterAll(async () => {
  await exporter.stop();
  await emulator.close();
});

describe('while the first list does not come', () => {
  it('declared resources are scraped, and readiness says what the others wait for', async () => {
    await shows('declared', ['bus-0']);
    const reasons = await until(
      async () => (await exporter.get('/-/ready')).text(),
      (text) => text.includes('AZ3500'),
    );
    const host = new URL(emulator.urls.arm).host;
    const waits = `has no result yet: it waits for discovery group buses: AZ3500: Resource Graph at ${host} answered 500 Oops "No"; nothing to mend here, it is tried again.`;
    expect(reasons.trim().split('\n').sort()).toEqual(
      ['*/3 * * * * *', '0 0 2 1 *'].map((schedule) => `AZ2002: schedule ${schedule} ${waits}`).sort(),
    );
    expect(await namesOf('often')).toEqual([]);
  });

  it('and its resources are scraped as soon as it is there, whatever the schedule', async () => {
    emulator.control.removeFault();
    await shows('rarely', all);
    await shows('often', all);
    expect(await gauge('azimuth_discovery_group_resources')).toBe(10);
    expect((await exporter.get('/-/ready')).status).toBe(200);
    // It failed with the lists, and is looked up again after a minute.
    const landscape = await until(
      () => exporter.series('azimuth_azure_landscape_subscription_info{'),
      (lines) => lines.length > 0,
      90_000,
    );
    expect(landscape.join()).toContain(`subscription_id="${subscription}"`);
  });
});

const faults: readonly (readonly [string, string, Effect])[] = [
  [
    '429',
    'AZ3429',
    { status: 429, headers: { 'retry-after': '1' }, body: { error: { code: 'RateLimiting', message: 'Wait.' } } },
  ],
  ['500', 'AZ3500', { status: 500, body: { error: { code: 'Oops', message: 'No.' } } }],
  ['half a page', 'AZ3020', answer(all.slice(0, 5), { count: 10, totalRecords: 10 })],
  ['an empty page before the end', 'AZ3020', answer([], { totalRecords: 10, $skipToken: 'more' })],
  ['a loop of skip tokens', 'AZ3020', answer(all, { totalRecords: 50, $skipToken: 'again' })],
  ['nothing readable', 'AZ3004', { malformed: true }],
  ['a list 60% shorter', 'AZ2034', answer(all.slice(0, 4))],
];

describe('once there is a list', () => {
  it.each(faults)(
    '%s loses no series, does not loop, lets the age rise, and heals by itself',
    async (_, code, effect) => {
      await until(age, (seconds) => seconds < 2 * refreshSeconds);
      const before = exporter.log.length;
      const since = (match: (line: Record<string, unknown>) => boolean) => exporter.log.slice(before).filter(match);
      emulator.control.clearCalls();
      // A list that is shorter twice in the same way would be believed.
      const id = emulator.control.addFault({
        api: 'resourceGraph',
        effect,
        ...(code === 'AZ2034' ? { count: 1 } : {}),
      });
      await exporter.logged(
        (line) => line['code'] === code && line['group'] === 'Buses' && exporter.log.indexOf(line) >= before,
      );
      if (code !== 'AZ2034') {
        await until(age, (seconds) => seconds > 3 * refreshSeconds);
        expect(since((line) => line['code'] === code && line['level'] !== 30)).toHaveLength(1);
      }
      expect([await namesOf('often'), await namesOf('rarely')]).toEqual([all, all]);
      const calls = emulator.control.calls().counts['resourceGraph'] ?? 0;
      expect(calls).toBeLessThan(60);
      emulator.control.removeFault(id);
      await exporter.logged(
        (line) =>
          exporter.log.indexOf(line) >= before && line['msg'] === 'Resource discovery group Buses is up to date again.',
        40_000,
      );
      expect(await age()).toBeLessThan(2 * refreshSeconds);
      expect([await namesOf('often'), await namesOf('rarely')]).toEqual([all, all]);
    },
  );

  it('a resource that appears is scraped in the next run, and one that disappears loses its series at once', async () => {
    emulator.control.setWorld(worldWith([...all.slice(1), 'bus-new']));
    await shows('often', [...all.slice(1), 'bus-new']);
    // Its own schedule has not run since.
    expect(await namesOf('rarely')).toEqual(all.slice(1));
    const lines = await exporter.series('azimuth_scrape_success{');
    const status = lines.filter((line) => line.includes('metric_name="rarely"'));
    expect(status.map((line) => /resource_name="([^"]*)"/.exec(line)?.[1] ?? '').sort()).toEqual(all.slice(1));
  });

  it('a list that is really 60% shorter is believed at the second answer', async () => {
    const few = all.slice(1, 5);
    emulator.control.setWorld(worldWith(few));
    await exporter.logged((line) => line['code'] === 'AZ2034' && String(line['msg']).includes('lacks 6 of 10'));
    expect(await namesOf('rarely')).toEqual(all.slice(1));
    await shows('rarely', few);
    await shows('often', few);
    expect(await gauge('azimuth_discovery_group_resources')).toBe(4);
  });

  it('schedules went on all the while', async () => {
    expect(await exporter.series('azimuth_scrape_skipped_total')).toEqual([]);
    expect(exporter.log.filter(({ level }) => Number(level) >= 60)).toEqual([]);
  });
});
