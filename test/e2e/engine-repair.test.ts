import { afterEach, describe, expect, it } from 'vitest';
import type { World } from '../../src/emulator/world/model.ts';
import {
  calls,
  entryOfFleet,
  expectedOf,
  type FleetWorld,
  fleet,
  minute,
  runtimeFor,
  shownOf,
  worldOfFleet,
} from './engine-fleet.ts';
import { type Proof, prove } from './in-process.ts';

let proof: Proof;
afterEach(() => proof.close());

/** Fifty machines with twenty metrics each: one batch call. */
const full = fleet(50, 20);
const healthy = worldOfFleet(full);
const pairs = 1_000;

/** A world that has gone wrong, or a fault of Azure, and the pairs of machine and metric that suffer. */
interface Trouble {
  readonly world?: FleetWorld;
  readonly fault?: { readonly resource: string; readonly status: number; readonly code: string };
  readonly suffers: (machine: string, metric: string) => boolean;
}

const gone: Trouble = { world: { without: ['vm-31-'] }, suffers: (machine) => machine === 'vm-31-' };
const lacks: Trouble = {
  world: { lacking: { 'vm-3-': ['Load4'] } },
  suffers: (machine, metric) => machine === 'vm-3-' && metric === 'Load4',
};
const wrongName: Trouble = {
  world: { lacking: Object.fromEntries(full.names.map((name) => [name, ['Load7']])) },
  suffers: (_, metric) => metric === 'Load7',
};
const tooMany = (status: number, code: string): Trouble => ({
  fault: { resource: 'vm-44-', status, code },
  suffers: (machine) => machine === 'vm-44-',
});
const lacking = Object.fromEntries(full.names.map((name) => [name, ['Load7', ...(name === 'vm-3-' ? ['Load4'] : [])]]));
const all: Trouble = {
  world: { without: ['vm-31-'], lacking },
  fault: { resource: 'vm-44-', status: 413, code: 'QueryThrottledException' },
  suffers: (machine, metric) =>
    [gone, lacks, wrongName, tooMany(413, '')].some((trouble) => trouble.suffers(machine, metric)),
};

/** An exporter that has had two healthy runs, and asks for everything in one batch call. */
async function wellKnown(world: World = healthy): Promise<Proof> {
  const made = await prove({
    world,
    declaration: { metrics: [entryOfFleet(full)] },
    runtime: runtimeFor('batch'),
    scrapedOnly: true,
  });
  await made.run();
  await made.run(minute);
  return made;
}

function befall(trouble: Trouble, variants: FleetWorld['variants'] = {}): void {
  const { control } = proof.emulator;
  control.setWorld(worldOfFleet(full, { ...trouble.world, variants }));
  if (trouble.fault === undefined) return;
  const { resource, status, code } = trouble.fault;
  const body = { error: { code, message: 'The query would read too many series.' } };
  control.addFault({ api: 'batch', resource, effect: { status, body } });
}

function cure(): void {
  proof.emulator.control.removeFault();
  proof.emulator.control.setWorld(healthy);
}

/** Values of the pairs that are not in trouble. */
function others(values: Readonly<Record<string, number>>, { suffers }: Trouble): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).filter(([pair]) => {
      const [machine = '', metric = ''] = pair.split(' ');
      return !suffers(machine, metric);
    }),
  );
}

const expected = (): Record<string, number> => expectedOf(full, healthy, proof.now());

describe('a batch call of fifty machines and twenty metrics', () => {
  it.each([
    ['a machine that lacks a metric', lacks, 1],
    ['a machine that is deleted', gone, 20],
    ['a metric name that is wrong', wrongName, 50],
    ['a machine with too many series (413)', tooMany(413, 'ResponseTooLarge'), 20],
    ['a machine with too many series (529)', tooMany(529, 'QueryThrottledException'), 20],
    ['all of these', all, 50 + 19 + 1 + 19],
  ] as const)('%s costs no other value, and hardly a call in the next run', async (_, trouble, failing) => {
    proof = await wellKnown();
    expect(proof.emulator.control.calls().counts).toMatchObject({ batch: 1 });
    befall(trouble);

    expect(await proof.run(minute)).toEqual({ succeeded: pairs - failing, failed: failing });
    expect(others(await shownOf(full, proof), trouble)).toEqual(others(expected(), trouble));
    expect(await proof.run(minute)).toEqual({ succeeded: pairs - failing, failed: failing });
    expect(calls(proof)).toBeLessThanOrEqual(1 + 5);
    expect(others(await shownOf(full, proof), trouble)).toEqual(others(expected(), trouble));

    cure();
    expect(await proof.run(5 * minute)).toEqual({ succeeded: pairs, failed: 0 });
    expect(calls(proof)).toBeLessThanOrEqual(1 + 8);
    expect(await shownOf(full, proof)).toEqual(expected());
    await proof.run(minute);
    expect(proof.emulator.control.calls().counts).toEqual({ batch: 1 });
  });

  it('that stays in trouble is asked again ever more seldom, without harm to the rest', async () => {
    proof = await wellKnown();
    befall(all);
    await proof.run(minute);
    const extra: number[] = [];
    for (let run = 0; run < 60; run += 1) {
      expect(await proof.run(minute)).toEqual({ succeeded: 911, failed: 89 });
      extra.push(calls(proof) - 1);
    }
    expect(Math.max(...extra)).toBeLessThanOrEqual(16);
    expect(extra.filter((count) => count > 1)).toHaveLength(3);
    expect(others(await shownOf(full, proof), all)).toEqual(others(expected(), all));
  });

  it('with a deleted machine that Azure answers without series shows it no longer, for no call more', async () => {
    proof = await wellKnown();
    befall(gone, { missingInBatch: 'empty' });
    for (let run = 0; run < 20; run += 1) {
      await proof.run(minute);
      expect(proof.emulator.control.calls().counts).toEqual({ batch: 1 });
    }
    expect(await shownOf(full, proof)).toEqual(others(expected(), gone));
    cure();
    await proof.run(minute);
    expect(await shownOf(full, proof)).toEqual(expected());
    expect(proof.emulator.control.calls().counts).toEqual({ batch: 1 });
  });

  it('that is throttled once is asked again in the same run', async () => {
    proof = await wellKnown();
    const body = { error: { code: 'Throttled', message: 'The back end is busy.' } };
    proof.emulator.control.addFault({ api: 'batch', effect: { status: 529, body }, count: 1 });
    expect(await proof.run(minute)).toEqual({ succeeded: pairs, failed: 0 });
    expect(proof.calls('batch').map(({ status }) => status)).toEqual([529, 200]);
    expect(await shownOf(full, proof)).toEqual(expected());
  });

  it('that stays throttled is not cut into more calls, and comes back with the first answer', async () => {
    proof = await wellKnown();
    const body = { error: { code: 'Throttled', message: 'The back end is busy.' } };
    proof.emulator.control.addFault({ api: 'batch', effect: { status: 529, body } });
    expect(await proof.run(minute)).toEqual({ succeeded: 0, failed: pairs });
    expect(proof.calls('batch').every(({ resources }) => resources.length === 50)).toBe(true);
    expect(proof.calls('batch').length).toBeLessThanOrEqual(3);
    expect(Object.keys(await shownOf(full, proof))).toHaveLength(pairs);
    cure();
    expect(await proof.run(minute)).toEqual({ succeeded: pairs, failed: 0 });
    expect(proof.emulator.control.calls().counts).toEqual({ batch: 1 });
  });
});

describe('a fleet that is in trouble from the first run on', () => {
  it('delivers everything else, learns the regions, and pays for it once', async () => {
    proof = await prove({
      world: worldOfFleet(full, all.world),
      declaration: { metrics: [entryOfFleet(full)] },
      runtime: runtimeFor('batch'),
      scrapedOnly: true,
    });
    await proof.run();
    expect(others(await shownOf(full, proof), all)).toEqual(others(expected(), all));
    expect(proof.calls('definitions').length).toBeLessThan(5);
    await proof.run(minute);
    expect(calls(proof)).toBeLessThanOrEqual(1 + 5);
    await proof.run(5 * minute);
    expect(calls(proof)).toBeLessThanOrEqual(1 + 5);
  });
});
