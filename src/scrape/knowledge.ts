import type { Capabilities } from '../plan/types.ts';

const refusalMs = { subscription: 60 * 60_000, type: 24 * 60 * 60_000 };

/** What runs teach about Azure, for the planner. */
export interface Knowledge extends Pick<Capabilities, 'regionOf' | 'batchRefusal'> {
  /** Region of a resource, as an answer named it. */
  learnRegion(resourceKey: string, region: string): void;
  /** Batch calls do not serve the subscription, or the type in it, for an hour or a day. */
  refuseBatch(scope: { readonly subscriptionId: string; readonly armType?: string }, reason: string): void;
  /** Something else that the plan depends on has changed. */
  changed(): void;
  /** Refusals in force, in words. */
  refusals(): readonly string[];
  /** Changes whenever the plan may change. */
  version(): number;
}

export function createKnowledge(now: () => number): Knowledge {
  const regions = new Map<string, string>();
  const refused = new Map<string, { readonly reason: string; readonly untilMs: number }>();
  let version = 0;
  const keyOf = (subscriptionId: string, armType = ''): string => `${subscriptionId} ${armType}`.toLowerCase();

  const forgetExpired = (): void => {
    for (const [key, { untilMs }] of refused) {
      if (untilMs > now()) continue;
      refused.delete(key);
      version += 1;
    }
  };

  return {
    regionOf: (resourceKey) => regions.get(resourceKey),
    learnRegion(resourceKey, region) {
      if (region === '' || regions.get(resourceKey) === region) return;
      regions.set(resourceKey, region);
      version += 1;
    },
    batchRefusal: (subscriptionId, armType) =>
      (refused.get(keyOf(subscriptionId)) ?? refused.get(keyOf(subscriptionId, armType)))?.reason,
    refuseBatch({ subscriptionId, armType }, reason) {
      const untilMs = now() + (armType === undefined ? refusalMs.subscription : refusalMs.type);
      refused.set(keyOf(subscriptionId, armType), { reason, untilMs });
      version += 1;
    },
    changed() {
      version += 1;
    },
    refusals: () => [...refused.values()].map(({ reason }) => reason),
    version() {
      forgetExpired();
      return version;
    },
  };
}
