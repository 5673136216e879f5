import { PassThrough } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { type Configured, composeCore } from '../../src/compose/core.ts';
import type { DiscoveryCriteria } from '../../src/core/discovery.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { aDeclaration, aMetric } from '../fakes/declaration.ts';
import { aRuntime } from '../fakes/runtime.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const none: DiscoveryCriteria = { subscriptions: [], resourceGroups: [], regions: [], names: [], tags: [] };

/** A configuration that differs from others in its metric and, where `region` does, in its discovery group. */
function configured(tag: string, region: string): Configured {
  const metric = aMetric({ labels: { tag }, resourceDiscoveryGroups: ['caches'] });
  const include = { ...none, regions: [region] };
  const group = { name: 'caches', resourceType: 'RedisCache', armTypes: [], include, exclude: none };
  const landscape = { tenantId: '11111111-1111-1111-1111-111111111111', subscriptions: ['s'] };
  return {
    runtime: aRuntime(),
    declaration: { ...aDeclaration(metric), discovery: { landscapes: [landscape], groups: [group] } },
    invalidMetrics: [],
  };
}

it.each([
  ['whose discovery stays', () => 'westeurope'],
  ['whose discovery changes', (tag: string) => tag],
])('a configuration %s leaves memory when others have followed it', async (_what, regionOf) => {
  const core = composeCore({
    ...configured('first', regionOf('first')),
    clock: createFakeClock(),
    logger: createLogger({
      level: 'None',
      container: { enabled: true },
      format: 'json',
      color: false,
      destination: new PassThrough(),
    }),
    random: () => 0.5,
    version: '0',
    cpus: 1,
  });
  const metrics: WeakRef<object>[] = [];
  for (const tag of ['a', 'b', 'c', 'd']) {
    const next = configured(tag, regionOf(tag));
    metrics.push(...next.declaration.metrics.map((metric) => new WeakRef(metric)));
    await core.reconfigure(next);
  }
  // What a weak reference was made for lives on until the turn is over.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  expect(metrics.map((metric) => metric.deref() !== undefined)).toEqual([false, false, false, true]);
  await core.close();
});
