import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { composeLabels } from '../../src/compose/labels.ts';
import type { ResourceLabels } from '../../src/core/declaration.ts';
import type { GraphRequest, GraphRow } from '../../src/discovery/ports.ts';
import { planScrape } from '../../src/plan/plan.ts';
import { createSeriesStore } from '../../src/store/series-store.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { aDeclaration, aMetric, aResource } from '../fakes/declaration.ts';

const planOf = (...namespaces: string[]) =>
  planScrape(aDeclaration(aMetric({ resources: namespaces.map((namespace) => aResource({ namespace })) })));
const keyOf = (name: string) =>
  `subscriptions/22222222-2222-2222-2222-222222222222/resourcegroups/contoso-prod/providers/microsoft.servicebus/namespaces/${name}`;
const row = (name: string, env: string): GraphRow => ({ id: `/${keyOf(name)}`, tags: { env } });

const intervalMs = 300_000;

function bench(as: ResourceLabels['as'] = 'labels') {
  const clock = createFakeClock();
  const log: { msg: string; code?: string }[] = [];
  const destination = new PassThrough();
  destination.on('data', (line: Buffer) => log.push(JSON.parse(line.toString())));
  const statusStore = createSeriesStore({ perMetricLimit: Infinity, totalLimit: Infinity });
  const asked: GraphRequest[] = [];
  const state = { plan: planOf('a'), answer: [row('a', 'prod')] as readonly GraphRow[] | 'fails' | 'hangs' };
  const labels = composeLabels({
    wanted: { tags: [{ tag: 'env', label: 'env' }], properties: [], as },
    graph: {
      query(request, signal) {
        asked.push(request);
        const { answer } = state;
        const error = { code: 'AZ3429', message: 'Resource Graph is throttling.' } as const;
        if (answer === 'hangs')
          return new Promise((resolve) => {
            signal.addEventListener('abort', () => resolve({ kind: 'retry', error }));
          });
        return Promise.resolve(answer === 'fails' ? { kind: 'retry', error } : { kind: 'ok', value: answer });
      },
    },
    clock,
    logger: createLogger({
      level: 'Information',
      container: { enabled: true },
      format: 'json',
      color: false,
      destination,
    }),
    intervalMs,
    plan: () => state.plan,
    statusStore,
    prefix: 'azimuth',
  });
  const shown = () => statusStore.counts().get('azimuth_resource_info') ?? 0;
  return { clock, log, asked, state, labels, shown };
}

const { signal } = new AbortController();

describe('labels of the running exporter', () => {
  it('are there before the first run, and looked up again only for resources that are new', async () => {
    const { labels, asked, state } = bench();
    await labels.ready(signal);
    expect(labels.labelsOf(keyOf('a'))).toEqual([['env', 'prod']]);
    const version = labels.version();
    state.plan = planOf('a');
    await labels.ready(signal);
    expect([asked.length, labels.version()]).toEqual([1, version]);
    state.plan = planOf('a', 'b');
    state.answer = [row('a', 'prod'), row('b', 'test')];
    await labels.ready(signal);
    expect(labels.labelsOf(keyOf('b'))).toEqual([['env', 'test']]);
    expect([asked.length, labels.version()]).toEqual([2, version + 1]);
  });

  it('are refreshed at every interval, until the end', async () => {
    const { labels, asked, state, clock } = bench();
    labels.start();
    await clock.advance(intervalMs);
    state.answer = [row('a', 'test')];
    await clock.advance(intervalMs);
    expect([asked.length, labels.labelsOf(keyOf('a'))]).toEqual([2, [['env', 'test']]]);
    labels.stop();
    await clock.advance(3 * intervalMs);
    expect([asked.length, clock.pending()]).toEqual([2, 0]);
  });

  it('hold a run up for 15 seconds at most, and a look-up ends by itself', async () => {
    const { labels, state, clock, asked } = bench();
    state.answer = 'hangs';
    let went = false;
    const run = labels.ready(signal).then(() => {
      went = true;
    });
    await clock.advance(14_999);
    expect(went).toBe(false);
    await clock.advance(1);
    await run;
    expect(went).toBe(true);
    await clock.advance(120_000);
    expect(clock.pending()).toBe(0);
    // What has failed is tried again at the next interval, not with every run.
    await labels.ready(signal);
    expect(asked).toHaveLength(1);
  });

  it('stay as they were through failures, which are told once, and so is their end', async () => {
    const { labels, state, log } = bench();
    await labels.refresh(signal);
    state.answer = 'fails';
    await labels.refresh(signal);
    await labels.refresh(signal);
    expect(labels.labelsOf(keyOf('a'))).toEqual([['env', 'prod']]);
    state.answer = [row('a', 'prod')];
    await labels.refresh(signal);
    expect(log.map(({ code, msg }) => [code, msg])).toEqual([
      [
        'AZ2050',
        'Tags and properties of resources keep their last values as labels: AZ3429: Resource Graph is throttling.',
      ],
      [undefined, 'Tags and properties of resources can be looked up again.'],
    ]);
  });

  it('stand on azimuth_resource_info alone when so declared', async () => {
    const { labels, state, shown } = bench('info');
    await labels.ready(signal);
    expect([labels.labelsOf(keyOf('a')), labels.version(), shown()]).toEqual([[], 0, 0]);
    labels.publish();
    expect(shown()).toBe(1);
    state.plan = planOf();
    labels.publish();
    expect(shown()).toBe(0);
    const onSeries = bench();
    await onSeries.labels.ready(signal);
    onSeries.labels.publish();
    expect(onSeries.shown()).toBe(0);
  });
});
