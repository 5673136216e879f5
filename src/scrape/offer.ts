import type { ScrapeItem } from '../plan/types.ts';
import { bucketsWithData } from './choose.ts';
import type { FetchedPart } from './fetch.ts';
import type { BucketOffer, SeriesAnswer } from './ports.ts';

/** All complete buckets of an answer, for whom the newest alone is not enough. */
export function offerOf(
  { part, intervalMs, startMs, completeMs, memory }: FetchedPart,
  answered: readonly SeriesAnswer[],
  nowMs: number,
): BucketOffer {
  const { item } = part;
  const series = item.families.flatMap((family) =>
    answered.map((one) => ({
      family,
      dimensionValues: item.dimensions.map(({ name }) => one.dimensions[name.toLowerCase()] ?? ''),
      buckets: bucketsWithData(one.points, family.aggregation, intervalMs, completeMs),
    })),
  );
  const lagMs = memory?.lag?.ms ?? 0;
  return { item, nowMs, intervalMs, startMs, completeMs, lagMs, series };
}

/** The value of a log query or a storage queue, which is of the moment of the run. */
export function momentOf(item: ScrapeItem, value: number, nowMs: number): BucketOffer {
  const buckets = [{ endMs: nowMs, value }];
  const series = item.families.map((family) => ({ family, dimensionValues: [], buckets }));
  return { item, nowMs, intervalMs: 0, startMs: nowMs, completeMs: nowMs, lagMs: 0, series };
}
