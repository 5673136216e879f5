import type { DiscoveredResource } from '../../src/core/discovery.ts';
import type { CodedError, Outcome } from '../../src/core/outcome.ts';
import type { ResourceSource } from '../../src/discovery/ports.ts';

/** A cache that discovery found. */
export function aCache(name: string, changes: Partial<DiscoveredResource> = {}): DiscoveredResource {
  const subscriptionId = '22222222-2222-2222-2222-222222222222';
  return {
    resourceType: 'RedisCache',
    tenantId: '11111111-1111-1111-1111-111111111111',
    subscriptionId,
    resourceGroupName: 'contoso-prod',
    fields: { cacheName: name },
    id: `subscriptions/${subscriptionId}/resourceGroups/contoso-prod/providers/Microsoft.Cache/redis/${name}`,
    name,
    region: 'westeurope',
    tags: {},
    ...changes,
  };
}

export function caches(count: number, from = 0): DiscoveredResource[] {
  return Array.from({ length: count }, (_, index) => aCache(`redis-${from + index}`));
}

/** Answers each group in turn as told (the last answer stays), and records who was asked for when. */
export interface FakeResources extends ResourceSource {
  readonly asked: string[];
  reply(group: string, ...answers: (readonly DiscoveredResource[] | CodedError | 'hang')[]): void;
}

export function createFakeResources(now: () => number): FakeResources {
  const startMs = now();
  const answers = new Map<string, (readonly DiscoveredResource[] | CodedError | 'hang')[]>();
  const asked: string[] = [];
  return {
    asked,
    reply: (group, ...replies) => void answers.set(group, replies),
    list: (group, signal): Promise<Outcome<readonly DiscoveredResource[]>> => {
      const name = typeof group === 'string' ? group : group.name;
      asked.push(`${name} ${now() - startMs}`);
      const queue = answers.get(name) ?? [[]];
      const answer = (queue.length > 1 ? queue.shift() : queue[0]) ?? [];
      if (answer === 'hang') {
        const error = { code: 'AZ3006', message: 'The call was given up.' } as const;
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve({ kind: 'retry', error })));
      }
      return Promise.resolve('code' in answer ? { kind: 'retry', error: answer } : { kind: 'ok', value: answer });
    },
  };
}
