import { afterEach, describe, expect, it } from 'vitest';
import { aggregate, type SeriesOfWorld } from './arithmetic.ts';
import { type Proof, prove, resourceUri, startMs, worldOf } from './in-process.ts';

const minute = 60_000;
const counter = { kind: 'counter', perMinute: 1, resetEvery: 100_000 } as const;

let proof: Proof;
afterEach(() => proof.close());

function machines(names: readonly string[], metrics: readonly object[] = [{ name: 'Load', generator: counter }]) {
  return worldOf({ resources: names.map((name) => ({ type: 'Microsoft.Compute/virtualMachines', name, metrics })) });
}

function load(names: readonly string[], query: Readonly<Record<string, unknown>> = {}) {
  return {
    name: 'load',
    description: 'Load',
    resourceType: 'VirtualMachine',
    azureMetricConfiguration: { metricName: 'Load', aggregation: { type: 'Total' }, ...query },
    resources: names.map((virtualMachineName) => ({ virtualMachineName })),
  };
}

function series(name: string, metric: string): SeriesOfWorld {
  const uri = resourceUri(`Microsoft.Compute/virtualMachines/${name}`);
  return { seed: 7, uri, metric, dimensions: [], rule: counter };
}

/** End of the newest complete bucket of the first run. */
const newestMs = startMs - 20_000 - minute;

describe('several metric names and aggregations', () => {
  const walk = { kind: 'walk', base: 40, amplitude: 30, step: 5 } as const;
  const kinds = ['Average', 'Minimum', 'Maximum', 'Total', 'Count'] as const;

  it('share one call and become families with names of their own', async () => {
    const names = { 'Disk Read Bytes': 'disk_read_bytes', PercentageCPU: 'percentage_cpu' };
    const world = machines(
      ['vm'],
      Object.keys(names).map((name) => ({ name, generator: walk })),
    );
    const { metricName: _, ...query } = load(['vm']).azureMetricConfiguration;
    const metric = {
      ...load(['vm']),
      name: 'vm',
      azureMetricConfiguration: { ...query, metricNames: Object.keys(names), aggregation: { types: kinds } },
    };
    proof = await prove({ world, declaration: { metrics: [metric] } });
    await proof.run();
    expect(proof.calls('metrics')).toHaveLength(1);
    expect(proof.calls('metrics')[0]?.parameters).toMatchObject({
      metricnames: 'Disk Read Bytes,PercentageCPU',
      aggregation: [...kinds].sort((a, b) => a.localeCompare(b)).join(','),
    });
    for (const [azure, snake] of Object.entries(names)) {
      for (const kind of kinds) {
        const source = { ...series('vm', azure), rule: walk };
        const value = aggregate([source], kind, newestMs - 5 * minute, newestMs);
        expect(await proof.values(`vm_${snake}_${kind.toLowerCase()}`)).toEqual({ vm: value });
      }
    }
  });

  it('a wrong name fails alone', async () => {
    const { metricName: _, ...query } = load(['vm']).azureMetricConfiguration;
    const metric = { ...load(['vm']), azureMetricConfiguration: { ...query, metricNames: ['Load', 'Lode'] } };
    proof = await prove({ world: machines(['vm']), declaration: { metrics: [metric] } });
    expect(await proof.run()).toEqual({ succeeded: 1, failed: 1 });
    expect(Object.keys(await proof.values('load_load'))).toEqual(['vm']);
    expect(await proof.lines('load_lode')).toEqual([]);
    expect(proof.log.map(({ code }) => code)).toEqual(['AZ3400']);
    expect(proof.log[0]?.['msg']).toContain('Lode');
    expect(await proof.run(minute)).toEqual({ succeeded: 1, failed: 1 });
    expect(proof.emulator.control.calls().counts).toEqual({ metrics: 1 });
    expect(proof.calls('metrics')[0]?.metricNames).toEqual(['Load']);
  });
});

describe('a resource', () => {
  it('that is deleted leaves at once, alone, and comes back when it does', async () => {
    const both = machines(['one', 'two']);
    proof = await prove({ world: both, declaration: { metrics: [load(['one', 'two'])] } });
    await proof.run();
    expect(Object.keys(await proof.values('load'))).toEqual(['one', 'two']);

    proof.emulator.control.setWorld(machines(['two']));
    expect(await proof.run(minute)).toEqual({ succeeded: 1, failed: 1 });
    expect(Object.keys(await proof.values('load'))).toEqual(['two']);
    expect(await proof.values('azimuth_scrape_error', 'resource_name')).toEqual({ one: 1, two: 0 });
    const told = proof.log.map(({ msg }) => String(msg));
    expect(told.filter((line) => line.includes('does not exist'))).toHaveLength(1);

    await proof.run(minute);
    expect(proof.log).toHaveLength(told.length);
    proof.emulator.control.setWorld(both);
    expect(await proof.run(minute)).toEqual({ succeeded: 2, failed: 0 });
    expect(await proof.values('load')).toEqual(
      Object.fromEntries(
        ['one', 'two'].map((name) => {
          const endMs = newestMs + 3 * minute;
          return [name, aggregate([series(name, 'Load')], 'Total', endMs - 5 * minute, endMs)];
        }),
      ),
    );
  });

  it('that is declared twice in different case is asked and shown once', async () => {
    proof = await prove({ world: machines(['vm']), declaration: { metrics: [load(['vm', 'VM'])] } });
    expect(await proof.run()).toEqual({ succeeded: 1, failed: 0 });
    expect(proof.calls('metrics')).toHaveLength(1);
    expect(Object.keys(await proof.values('load'))).toEqual(['vm']);
    expect(proof.log.map(({ msg }) => msg)).toEqual([expect.stringContaining('declared more than once')]);
  });

  it('is found whatever the case of its declaration', async () => {
    proof = await prove({ world: machines(['Contoso-VM']), declaration: { metrics: [load(['contoso-vm'])] } });
    expect(await proof.run()).toEqual({ succeeded: 1, failed: 0 });
    const [line] = await proof.lines('load');
    expect(line?.labels['resource_uri']).toBe(resourceUri('Microsoft.Compute/virtualMachines/contoso-vm'));
  });
});

describe('dimension values', () => {
  const dimensions = [{ name: 'LUN', values: ['a', 'b', 'c'] }];
  const metrics = [{ name: 'Load', generator: counter, dimensions }];
  const split = { dimensions: [{ name: 'LUN' }] };

  it('that differ only in case are one series', async () => {
    const vm = machines(['vm'], metrics);
    proof = await prove({ world: vm, declaration: { metrics: [load(['vm'], split)] } });
    const point = (total: number) => ({ timeStamp: new Date(newestMs - 5 * minute).toISOString(), total });
    const timeseries = [
      ['Data', 4],
      ['DATA', 4],
      ['log', 2],
    ].map(([value, total]) => ({
      metadatavalues: [{ name: { value: 'lun' }, value }],
      data: [point(Number(total))],
    }));
    const name = { value: 'Load', localizedValue: 'Load' };
    const id = `/${resourceUri('Microsoft.Compute/virtualMachines/vm')}/providers/Microsoft.Insights/metrics/Load`;
    const metric = { id, type: 'Microsoft.Insights/metrics', name, unit: 'Count', timeseries, errorCode: 'Success' };
    const body = { timespan: '', interval: 'PT5M', value: [metric], namespace: '', resourceregion: 'westeurope' };
    proof.emulator.control.addFault({ api: 'metrics', effect: { status: 200, body } });
    await proof.run();
    const shown = Object.entries(await proof.values('load', 'lun')).map(
      ([lun, value]) => `${lun.toLowerCase()} ${value}`,
    );
    expect(shown.sort()).toEqual(['data 4', 'log 2']);
  });

  it('beyond the limit are cut off, and the gauge says so until they fit again', async () => {
    const cut = { ...split, limit: 2 };
    proof = await prove({ world: machines(['vm'], metrics), declaration: { metrics: [load(['vm'], cut)] } });
    await proof.run();
    expect(proof.calls('metrics')[0]?.parameters['top']).toBe('2');
    expect(Object.keys(await proof.values('load', 'lun'))).toEqual(['a', 'b']);
    expect(await proof.values('azimuth_series_truncated', 'metric_name')).toEqual({ load: 1 });
    const one = [{ name: 'Load', generator: counter, dimensions: [{ name: 'LUN', values: ['a'] }] }];
    proof.emulator.control.setWorld(machines(['vm'], one));
    await proof.run(minute);
    expect(await proof.values('azimuth_series_truncated', 'metric_name')).toEqual({ load: 0 });
  });
});

describe('an interval that Azure does not offer', () => {
  it('is replaced by the closest one, told once, with one read of definitions for all resources', async () => {
    const names = ['one', 'two', 'three'];
    const world = machines(names, [{ name: 'Load', generator: counter, grains: ['PT1H', 'PT15M', 'P1D'] }]);
    proof = await prove({ world, declaration: { metrics: [load(names)] } });
    expect(await proof.run()).toEqual({ succeeded: 3, failed: 0 });
    expect(proof.calls('definitions')).toHaveLength(1);
    const value = aggregate([series('one', 'Load')], 'Total', newestMs - 15 * minute, newestMs);
    expect(await proof.values('load')).toEqual({ one: value, two: value, three: value });
    await proof.run(minute);
    expect(proof.calls('definitions')).toEqual([]);
    expect(proof.calls('metrics').map(({ parameters }) => parameters['interval'])).toEqual(Array(3).fill('PT15M'));
    expect(proof.log.map(({ code }) => code)).toEqual(['AZ2010']);
  });
});

describe('one failing metric', () => {
  it('takes nothing else along', async () => {
    const world = machines(
      ['vm'],
      [
        { name: 'Load', generator: counter },
        { name: 'Broken', error: { code: 'InvalidSamplingType', message: 'It cannot be had.' } },
      ],
    );
    const broken = { ...load(['vm'], { metricName: 'Broken' }), name: 'broken' };
    proof = await prove({ world, declaration: { metrics: [load(['vm']), broken] } });
    expect(await proof.run()).toEqual({ succeeded: 1, failed: 1 });
    expect(Object.keys(await proof.values('load'))).toEqual(['vm']);
    expect(proof.log[0]?.['msg']).toContain('It cannot be had.');
  });
});
