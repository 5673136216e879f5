import { afterEach, describe, expect, it } from 'vitest';
import { calls, entryOfFleet, expectedOf, fleet, minute, runtimeFor, shownOf, worldOfFleet } from './engine-fleet.ts';
import { type Proof, prove } from './in-process.ts';

let proof: Proof;
afterEach(() => proof.close());

/** A thousand machines with ten metrics each; the metrics take five minutes to a bucket. */
const thousand = fleet(1_000, 10);
const regions = ['westeurope', 'northeurope', 'eastus'];
const world = worldOfFleet(thousand, { regions });
const series = 10_000;

const start = (queryMode: 'single' | 'batch'): Promise<Proof> =>
  prove({
    world,
    declaration: { metrics: [entryOfFleet(thousand)] },
    runtime: runtimeFor(queryMode),
    scrapedOnly: true,
  });

describe('a thousand machines in three regions with ten metrics each', () => {
  it('take 21 batch calls once the regions are known, as the plan says, run after run', async () => {
    proof = await start('batch');
    expect(proof.plan().groups).toHaveLength(1_000);
    expect(proof.plan().groups[0]?.why).toContain('this call learns it');
    expect(await proof.run()).toEqual({ succeeded: series, failed: 0 });
    expect(proof.emulator.control.calls().counts).toMatchObject({ metrics: 1_000 });
    expect(await shownOf(thousand, proof)).toEqual(expectedOf(thousand, world, proof.now()));
    for (let run = 1; run <= 10; run += 1) {
      const planned = proof.plan().groups.length;
      expect(await proof.run(5 * minute)).toEqual({ succeeded: series, failed: 0 });
      expect(calls(proof)).toBe(planned);
      expect(proof.calls('batch')).toHaveLength(planned);
      expect(planned).toBe(21);
      if (run === 1 || run === 10) {
        expect(await shownOf(thousand, proof)).toEqual(expectedOf(thousand, world, proof.now()));
      }
    }
    const perRegion = Map.groupBy(proof.calls('batch'), ({ region }) => region);
    expect(Object.fromEntries([...perRegion].map(([region, own]) => [region, own.length]))).toEqual(
      Object.fromEntries(regions.map((region) => [region, 7])),
    );
    expect(
      proof.calls('batch').every(({ resources, metricNames }) => resources.length <= 50 && metricNames.length === 10),
    ).toBe(true);
  });

  it('take a call for each machine in single mode', async () => {
    proof = await start('single');
    for (const afterMs of [0, 5 * minute, 5 * minute]) {
      const planned = proof.plan().groups.length;
      expect(await proof.run(afterMs)).toEqual({ succeeded: series, failed: 0 });
      expect(proof.calls('metrics')).toHaveLength(planned);
      expect(calls(proof)).toBe(planned);
      expect(planned).toBe(1_000);
    }
    expect(await shownOf(thousand, proof)).toEqual(expectedOf(thousand, world, proof.now()));
  });
});
