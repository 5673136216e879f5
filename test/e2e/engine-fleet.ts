import { expectedBucket } from '../../src/emulator/expected.ts';
import type { World } from '../../src/emulator/world/model.ts';
import { parseLines } from './exposition-text.ts';
import { type Proof, resourceUri, worldOf } from './in-process.ts';

export const minute = 60_000;
const virtualMachines = 'Microsoft.Compute/virtualMachines';

/** Virtual machines with the same metrics. */
export interface Fleet {
  readonly names: readonly string[];
  readonly metricNames: readonly string[];
}

export function fleet(resources: number, metrics: number): Fleet {
  return {
    names: Array.from({ length: resources }, (_, index) => `vm-${index}-`),
    metricNames: Array.from({ length: metrics }, (_, index) => `Load${index}`),
  };
}

export interface FleetWorld {
  readonly regions?: readonly string[];
  /** Machines that do not exist. */
  readonly without?: readonly string[];
  /** Metrics that a machine does not have, by its name. */
  readonly lacking?: Readonly<Record<string, readonly string[]>>;
  readonly variants?: Readonly<Record<string, unknown>>;
}

/** The machines are dealt to the regions in turn. ARM has no limit: what is counted here is calls, not time. */
export function worldOfFleet({ names, metricNames }: Fleet, options: FleetWorld = {}): World {
  const { regions = ['westeurope'], without = [], lacking = {}, variants = {} } = options;
  const generator = { kind: 'walk', base: 40, amplitude: 30, step: 5 };
  const resources = names.map((name, index) => ({
    type: virtualMachines,
    name,
    region: regions[index % regions.length],
    metrics: metricNames
      .filter((metric) => lacking[name]?.includes(metric) !== true)
      .map((metric) => ({ name: metric, generator })),
  }));
  return worldOf({
    regions,
    variants,
    limits: { arm: 'none' },
    resources: resources.filter(({ name }) => !without.includes(name)),
  });
}

/** One entry of the declaration for the whole fleet; `extraNames` are metric names that nothing in the world has. */
export function entryOfFleet({ names, metricNames }: Fleet, extraNames: readonly string[] = []) {
  return {
    name: 'vm',
    description: 'Load of a machine',
    resourceType: 'VirtualMachine',
    azureMetricConfiguration: { metricNames: [...metricNames, ...extraNames], aggregation: { type: 'Total' } },
    resources: names.map((virtualMachineName) => ({ virtualMachineName })),
  };
}

/** World time stands still between runs, so the exporter's own pace must not count on it. */
export function runtimeFor(queryMode: 'single' | 'batch' | 'auto') {
  return { azureMonitor: { integration: { queryMode, rateLimit: { readsPerSecond: 1_000, burst: 1_000_000 } } } };
}

function machineUri(name: string): string {
  return resourceUri(`${virtualMachines}/${name}`);
}

/** What must be shown of a fleet: `machine metric` to value of the newest complete bucket of five minutes. */
export function expectedOf({ names, metricNames }: Fleet, world: World, nowMs: number): Record<string, number> {
  const endMs = Math.floor((nowMs - minute) / minute) * minute;
  const values: Record<string, number> = {};
  for (const name of names) {
    for (const metric of metricNames) {
      const bucket = expectedBucket(world, machineUri(name), metric, {}, endMs - 5 * minute, endMs, nowMs);
      values[`${name} ${metric}`] = bucket?.total ?? Number.NaN;
    }
  }
  return values;
}

/** What is shown of a fleet, in the same form; unavailable values are left out. */
export async function shownOf({ metricNames }: Fleet, proof: Proof): Promise<Record<string, number>> {
  const families = new Map(metricNames.map((metric) => [`vm_${metric.toLowerCase()}`, metric]));
  const values: Record<string, number> = {};
  for (const line of parseLines(await proof.text())) {
    const metric = families.get(line.name);
    if (metric !== undefined && !Number.isNaN(line.value))
      values[`${line.labels['instance_name']} ${metric}`] = line.value;
  }
  return values;
}

/** Calls for values in the last run. */
export function calls(proof: Proof): number {
  const { counts } = proof.emulator.control.calls();
  return (counts['metrics'] ?? 0) + (counts['batch'] ?? 0) + (counts['subscription'] ?? 0);
}
