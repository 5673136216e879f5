import { describe, expect, it } from 'vitest';
import type { StatsdSinkConfig } from '../../../src/core/runtime-config.ts';
import { plainNumber } from '../../../src/sinks/statsd/lines.ts';
import { createStatsdSink } from '../../../src/sinks/statsd/statsd.ts';
import { runSamples, type SlotOfRun } from '../../fakes/run-samples.ts';

const target = { kind: 'udp', host: 'statsd', port: 8125 } as const;

/** Datagrams of a batch, burst by burst. */
async function datagrams(slots: readonly SlotOfRun[], changes: Partial<StatsdSinkConfig> = {}): Promise<string[][]> {
  const bursts: string[][] = [];
  const channel = {
    send: (burst: readonly Buffer[]) => {
      bursts.push(burst.map((one) => one.toString()));
      return Promise.resolve();
    },
    close: () => undefined,
  };
  const format = { kind: 'Default', tags: 'none' } as const;
  const sink = createStatsdSink({ target, format, maxDatagramBytes: 1432, ...changes }, () => Promise.resolve(channel));
  for (const part of sink.parts(runSamples(slots))) await part.send(new AbortController().signal);
  return bursts;
}

const gauge = (value: number | null): SlotOfRun => ({ family: 'demo', series: { '': [value, 0] } });

describe('the default form', () => {
  it.each([
    [12, 'demo:12|g'],
    [0, 'demo:0|g'],
    [0.25, 'demo:0.25|g'],
    [1e21, 'demo:1000000000000000000000|g'],
    [1.5e-7, 'demo:0.00000015|g'],
    [-5, 'demo:0|g\ndemo:-5|g'],
    [-0.5, 'demo:0|g\ndemo:-0.5|g'],
  ])('of %s', async (value, text) => {
    expect(await datagrams([gauge(value)])).toEqual([[text]]);
  });

  it('has the prefix and a dot before the name, two dots when the prefix ends in one', async () => {
    expect(await datagrams([gauge(1)], { metricPrefix: 'azure' })).toEqual([['azure.demo:1|g']]);
    expect(await datagrams([gauge(1)], { metricPrefix: 'azure.' })).toEqual([['azure..demo:1|g']]);
  });

  it('leaves out what has no value', async () => {
    expect(await datagrams([{ family: 'demo', series: { a: [null], b: [1, 0] } }])).toEqual([['demo:1|g']]);
  });

  it('shares a datagram up to its size, and never tears a negative value from its zero', async () => {
    const series = Object.fromEntries(
      Array.from({ length: 200 }, (_, at) => [`z${at}`, [at % 4 === 3 ? -at : at, 0] as const]),
    );
    for (const maxDatagramBytes of [64, 100, 1432]) {
      const all = (await datagrams([{ family: 'demo', series }], { maxDatagramBytes })).flat();
      expect(Math.max(...all.map((one) => Buffer.byteLength(one)))).toBeLessThanOrEqual(maxDatagramBytes);
      for (const one of all) expect(one.startsWith('demo:-')).toBe(false);
      expect(all.join('\n').split('\n')).toHaveLength(250);
    }
  });

  it('sends a text that is longer than a datagram alone', async () => {
    const long = { family: 'x'.repeat(200), series: { '': [1, 0] as const } };
    expect(await datagrams([gauge(1), long, gauge(2)], { maxDatagramBytes: 64 })).toEqual([
      ['demo:1|g\ndemo:2|g', `${'x'.repeat(200)}:1|g`],
    ]);
  });

  it('comes in bursts of 40 datagrams', async () => {
    const series = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`z${at}`, [at, 0] as const]));
    const bursts = await datagrams([{ family: 'd'.repeat(60), series }], { maxDatagramBytes: 64 });
    expect(bursts.map(({ length }) => length)).toEqual([40, 40, 20]);
  });

  it('has labels as DogStatsD tags when they are wanted', async () => {
    const format = { kind: 'Default', tags: 'dogstatsd' } as const;
    const slot: SlotOfRun = { family: 'demo', series: { north: [-1, 0] } };
    const tags = '|#instance_name:redis-1,cost_center:a_b,zone:north';
    expect(await datagrams([slot], { format })).toEqual([[`demo:0|g${tags}\ndemo:-1|g${tags}`]]);
  });
});

describe('the Geneva form', () => {
  const format = { kind: 'Geneva', account: 'acc', namespace: 'ns' } as const;
  const declaredNames = new Map([
    ['cost_center', 'Cost-Center'],
    ['zone', 'Zone'],
  ]);

  it.each([
    [2.5, 3],
    [-2.5, -3],
    [2.4, 2],
    [-0.4, 0],
    [1e21, '1000000000000000000000'],
  ])('has all labels under their declared names, and %s rounded to %s', async (value, rounded) => {
    const slot: SlotOfRun = { family: 'demo', series: { north: [value, 0] }, declaredNames };
    expect(await datagrams([slot], { format, metricPrefix: 'azure' })).toEqual([
      [
        `azure.{"Account":"acc","Namespace":"ns","Metric":"demo","Dims":{"Cost-Center":"a,b","Zone":"north","instance_name":"redis-1"}}:${rounded}|g`,
      ],
    ]);
  });

  it('has a datagram for each value', async () => {
    const slot: SlotOfRun = { family: 'demo', series: { north: [1, 0], south: [2, 0] } };
    expect((await datagrams([slot], { format })).flat()).toHaveLength(2);
  });
});

describe('numbers', () => {
  it('are written in full', () => {
    for (const value of [5e-324, 1.7976931348623157e308, -1.234e-10, 123456789.125, 1e22])
      expect(Number(plainNumber(value))).toBe(value);
    expect(plainNumber(1.7976931348623157e308)).toMatch(/^\d+$/);
    expect(plainNumber(-1.234e-10)).toBe('-0.0000000001234');
  });
});
