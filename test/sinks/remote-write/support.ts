import type { LabelPair } from '../../../src/core/labels.ts';
import { ok } from '../../../src/core/outcome.ts';
import { planScrape } from '../../../src/plan/plan.ts';
import type { OfferedSeries, ScrapeItem } from '../../../src/scrape/ports.ts';
import type { Sink } from '../../../src/sinks/feed/ports.ts';
import type { PointBatch, ProgressFile, SeriesPoints } from '../../../src/sinks/remote-write/ports.ts';
import { aDeclaration, aMetric } from '../../fakes/declaration.ts';

export const minute = 60_000;
export const hour = 60 * minute;

/** An item with the dimension `zone`, or with none. */
export function anItem(dimensions: readonly string[] = ['zone'], name = 'azure_load'): ScrapeItem {
  const metric = aMetric({ name, resourceType: 'RedisCache', query: { dimensions, intervalMs: minute } });
  const resources = [{ ...(metric.resources[0] as (typeof metric.resources)[number]), fields: { cacheName: 'a' } }];
  const item = planScrape(aDeclaration({ ...metric, resources })).groups[0]?.items[0];
  if (item === undefined) throw new Error('the plan has no item');
  return item;
}

/** A series of an answer; buckets by their end. */
export function shown(
  item: ScrapeItem,
  zone: string | undefined,
  buckets: Readonly<Record<number, number>>,
): OfferedSeries {
  const [family] = item.families;
  if (family === undefined) throw new Error('the item has no family');
  return {
    family,
    dimensionValues: zone === undefined ? [] : [zone],
    buckets: Object.entries(buckets).map(([endMs, value]) => ({ endMs: Number(endMs), value })),
  };
}

/** What a receiver holds: times and values by series, in order of arrival. */
export interface FakeReceiver {
  readonly held: Map<string, [number, number][]>;
  /** Labels of the items of the series that came, in order of arrival. */
  readonly labels: (readonly LabelPair[])[];
  /** Samples that came once more, which a receiver takes for the same. */
  again: number;
  down: boolean;
  /** True refuses what is not newer than the newest of its series, as Prometheus does. */
  strict: boolean;
  sink(): Sink<PointBatch>;
  /** Ends the process that the sinks so far are of: nothing that they send arrives. */
  kill(): void;
}

function keep({ series, times, values }: SeriesPoints, receiver: FakeReceiver): void {
  const key = [series.name, ...series.dimensions.map(([, value]) => value)].join(' ');
  const held = receiver.held.get(key) ?? [];
  receiver.held.set(key, held);
  receiver.labels.push(series.labels);
  for (const [at, time] of times.entries()) {
    const value = values[at] ?? Number.NaN;
    if (held.some(([known, same]) => known === time && same === value)) receiver.again += 1;
    else if (!receiver.strict || time > (held.at(-1)?.[0] ?? 0)) held.push([time, value]);
  }
}

export function fakeReceiver(): FakeReceiver {
  let process = 0;
  const receiver: FakeReceiver = {
    kill() {
      process += 1;
    },
    held: new Map(),
    labels: [],
    again: 0,
    down: false,
    strict: false,
    sink: () => {
      const own = process;
      return {
        *parts(batch) {
          const { samples } = batch;
          yield {
            samples,
            skipped: 0,
            send: () => {
              if (own !== process) return new Promise(() => undefined);
              if (receiver.down) return Promise.resolve({ kind: 'retry', error: { code: 'AZ4003', message: 'down' } });
              for (const points of batch.points) keep(points, receiver);
              return Promise.resolve(ok({ refused: 0 }));
            },
          };
          batch.delivered();
        },
        close: () => Promise.resolve(),
      };
    },
  };
  return receiver;
}

/** A file in memory. */
export function memoryFile(): ProgressFile & { text: string | undefined; writes: number } {
  const file = {
    text: undefined as string | undefined,
    writes: 0,
    read: () => file.text,
    write: (text: string) => {
      file.text = text;
      file.writes += 1;
      return Promise.resolve(undefined);
    },
  };
  return file;
}
