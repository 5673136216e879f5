import { expect, it, onTestFinished } from 'vitest';
import { receiveRemoteWrite } from '../receivers/remote-write.ts';
import { until } from './harness.ts';
import { prove, startMs, worldOf } from './in-process.ts';

const minute = 60_000;
const grain = 5 * minute;
const names = ['one', 'two'];

it('buckets of discovered resources lie on the grid of the clock too, whatever is declared, each once', async () => {
  const receiver = await receiveRemoteWrite();
  onTestFinished(() => receiver.close());
  const generator = { kind: 'sine', base: 100, amplitude: 60, period: 45 };
  const metrics = [{ name: 'load', generator }];
  const proof = await prove({
    world: worldOf({ resources: names.map((name) => ({ type: 'Microsoft.Cache/redis', name, metrics })) }),
    declaration: {
      metricDefaults: {
        aggregation: { interval: '00:05:00' },
        scraping: { schedule: '* * * * *' },
        azureMetricConfiguration: { alignment: 'minute' },
      },
      resourceDiscoveryGroups: [{ name: 'caches', type: 'RedisCache' }],
      metrics: [
        {
          name: 'cache_load',
          description: 'Load',
          resourceType: 'RedisCache',
          azureMetricConfiguration: { metricName: 'load', aggregation: { type: 'Average' } },
          resourceDiscoveryGroups: [{ name: 'caches' }],
        },
      ],
    },
    runtime: { metricSinks: { prometheusRemoteWrite: { url: receiver.uri } } },
  });
  onTestFinished(() => proof.close());
  await proof.discover();
  // Minutes of runs that a trailing window would lay anywhere on the clock.
  for (const afterMinutes of [0, 3, 3, 4, 3]) {
    expect(await proof.run(afterMinutes * minute)).toEqual({ succeeded: 2, failed: 0 });
  }
  const completeMs = proof.now() - minute;
  const firstMs = Math.ceil((startMs - 60 * minute) / grain) * grain;
  const count = Math.floor((completeMs - firstMs) / grain) + 1;
  const ends = Array.from({ length: count }, (_, at) => firstMs + at * grain);
  await until(
    async () => receiver.samples.length,
    (samples) => samples >= names.length * count,
  );
  for (const name of names) {
    const own = receiver.samples.filter(({ labels }) => labels?.['instance_name'] === name);
    expect(own.map(({ timeMs }) => timeMs)).toEqual(ends);
  }
});
