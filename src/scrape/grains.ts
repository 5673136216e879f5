import type { ResourceId } from '../core/resource-id.ts';
import type { MetricOffer, MetricsSource } from './ports.ts';

const keepMs = 60 * 60_000;

/** Finds the grain to ask for when Azure does not offer the declared one. */
export interface GrainBook {
  /** The grain that replaces `intervalMs` for these names, as far as it is known; never asks Azure. */
  known(resourceType: string, metricNames: readonly string[], intervalMs: number): number;
  /**
   * Looks the names up in Azure's definitions, and remembers which grain to use instead. Undefined when the
   * declared grain is offered (so it is not to blame), or when nothing is known.
   */
  replacement(request: GrainRequest, signal: AbortSignal): Promise<number | undefined>;
}

export interface GrainRequest {
  readonly resourceType: string;
  readonly resourceId: ResourceId;
  readonly namespace?: string;
  readonly metricNames: readonly string[];
  readonly intervalMs: number;
  readonly nowMs: number;
}

/**
 * Definitions are read only after Azure refused a query, once an hour per resource type, and per resource where the
 * type's definitions lack a name (Azure allows 400 definition reads per five minutes).
 */
export function createGrainBook(source: Pick<MetricsSource, 'definitions'>): GrainBook {
  const offersByKey = new Map<string, { readonly offers: readonly MetricOffer[]; readonly untilMs: number }>();
  const replacements = new Map<string, number>();
  const keyOf = (type: string, names: readonly string[], intervalMs: number): string =>
    [type, ...names, intervalMs].join(' ').toLowerCase();

  const offers = async (key: string, request: GrainRequest, signal: AbortSignal): Promise<readonly MetricOffer[]> => {
    const cached = offersByKey.get(key);
    if (cached !== undefined && cached.untilMs > request.nowMs) return cached.offers;
    const outcome = await source.definitions(request.resourceId, request.namespace, signal);
    if (outcome.kind !== 'ok') return [];
    offersByKey.set(key, { offers: outcome.value, untilMs: request.nowMs + keepMs });
    return outcome.value;
  };

  return {
    known: (type, names, intervalMs) => replacements.get(keyOf(type, names, intervalMs)) ?? intervalMs,
    async replacement(request, signal) {
      const { resourceType, metricNames, intervalMs } = request;
      const ofType = commonGrains(await offers(resourceType, request, signal), metricNames);
      const grains =
        ofType ?? commonGrains(await offers(`${resourceType} ${request.resourceId}`, request, signal), metricNames);
      if (grains === undefined || grains.includes(intervalMs)) return undefined;
      const closest = closestGrain(grains, intervalMs);
      if (closest !== undefined) replacements.set(keyOf(resourceType, metricNames, intervalMs), closest);
      return closest;
    },
  };
}

/** Grains that every name offers; undefined when a name is not defined at all. */
function commonGrains(offers: readonly MetricOffer[], metricNames: readonly string[]): number[] | undefined {
  const lists: (readonly number[])[] = [];
  for (const name of metricNames) {
    const offer = offers.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
    if (offer === undefined) return undefined;
    lists.push(offer.intervalsMs);
  }
  const [first = [], ...rest] = lists;
  return first.filter((grain) => rest.every((list) => list.includes(grain)));
}

/** The grain with the smallest distance, the first on a tie (Promitor's rule). */
export function closestGrain(grains: readonly number[], wantedMs: number): number | undefined {
  return grains.reduce<number | undefined>(
    (best, grain) => (best === undefined || Math.abs(grain - wantedMs) < Math.abs(best - wantedMs) ? grain : best),
    undefined,
  );
}
