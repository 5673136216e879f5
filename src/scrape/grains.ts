import type { ResourceId } from '../core/resource-id.ts';
import type { MetricOffer, MetricsSource } from './ports.ts';

const keepMs = 60 * 60_000;

/** Undefined when they could not be read. */
type Offers = readonly MetricOffer[] | undefined;

/** Finds the grain to ask for when Azure does not offer the declared one. */
export interface GrainBook {
  /** The grain that replaces `intervalMs` for these names, as far as it is known; never asks Azure. */
  known(armType: string, metricNames: readonly string[], intervalMs: number): number;
  /**
   * Looks the names up in Azure's definitions, and remembers which grain to use instead. Undefined when the
   * declared grain is offered (so it is not to blame), or when nothing is known.
   */
  replacement(request: GrainRequest, signal: AbortSignal): Promise<Replacement | undefined>;
}

interface Replacement {
  /** Milliseconds. */
  readonly intervalMs: number;
  /** True for one of all that learn of it, so that it is told once. */
  readonly isNew: boolean;
}

export interface GrainRequest {
  readonly armType: string;
  readonly resourceId: ResourceId;
  /** Tenant of the resource; the main one unless given. */
  readonly tenantId?: string;
  readonly namespace?: string;
  readonly metricNames: readonly string[];
  readonly intervalMs: number;
  readonly nowMs: number;
}

/**
 * Definitions are read only after Azure refused a query, once an hour per ARM type, and per resource where the
 * type's definitions lack a name (Azure allows 400 definition reads per five minutes).
 */
export function createGrainBook(source: Pick<MetricsSource, 'definitions'>): GrainBook {
  const reads = new Map<string, { readonly offers: Promise<Offers>; readonly untilMs: number }>();
  const replacements = new Map<string, number>();
  const keyOf = (type: string, names: readonly string[], intervalMs: number): string =>
    [type, ...names, intervalMs].join(' ').toLowerCase();

  // Groups of one type are refused together in a first run; the first one reads for all of them.
  const offers = (key: string, request: GrainRequest, signal: AbortSignal): Promise<Offers> => {
    const known = reads.get(key);
    if (known !== undefined && known.untilMs > request.nowMs) return known.offers;
    const read = source.definitions(request.resourceId, request.namespace, signal, request.tenantId).then((outcome) => {
      if (outcome.kind === 'ok') return outcome.value;
      reads.delete(key);
      return undefined;
    });
    reads.set(key, { offers: read, untilMs: request.nowMs + keepMs });
    return read;
  };

  // A name that does not exist must not keep the others from their grain.
  const ofResource = async (request: GrainRequest, key: string, signal: AbortSignal): Promise<number[] | undefined> => {
    const own = (await offers(key, request, signal)) ?? [];
    const defined = request.metricNames.filter((name) => offerOf(own, name) !== undefined);
    return defined.length === 0 ? undefined : commonGrains(own, defined);
  };

  return {
    known: (type, names, intervalMs) => replacements.get(keyOf(type, names, intervalMs)) ?? intervalMs,
    async replacement(request, signal) {
      const { armType, metricNames, intervalMs } = request;
      const ofType = await offers(armType, request, signal);
      if (ofType === undefined) return undefined;
      const grains =
        commonGrains(ofType, metricNames) ?? (await ofResource(request, `${armType} ${request.resourceId}`, signal));
      if (grains === undefined || grains.includes(intervalMs)) return undefined;
      const closest = closestGrain(grains, intervalMs);
      if (closest === undefined) return undefined;
      const key = keyOf(armType, metricNames, intervalMs);
      const isNew = replacements.get(key) !== closest;
      replacements.set(key, closest);
      return { intervalMs: closest, isNew };
    },
  };
}

function offerOf(offers: readonly MetricOffer[], name: string): MetricOffer | undefined {
  return offers.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
}

/** Grains that every name offers; undefined when a name is not defined at all. */
function commonGrains(offers: readonly MetricOffer[], metricNames: readonly string[]): number[] | undefined {
  const lists: (readonly number[])[] = [];
  for (const name of metricNames) {
    const offer = offerOf(offers, name);
    if (offer === undefined) return undefined;
    lists.push(offer.intervalsMs);
  }
  const [first = [], ...rest] = lists;
  return first.filter((grain) => rest.every((list) => list.includes(grain)));
}

/** The grain with the smallest distance, the first on a tie (Promitor's rule). */
function closestGrain(grains: readonly number[], wantedMs: number): number | undefined {
  return grains.reduce<number | undefined>(
    (best, grain) => (best === undefined || Math.abs(grain - wantedMs) < Math.abs(best - wantedMs) ? grain : best),
    undefined,
  );
}
