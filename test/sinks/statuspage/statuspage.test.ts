import { afterEach, describe, expect, it } from 'vitest';
import type { StatuspageSinkConfig } from '../../../src/core/runtime-config.ts';
import { secret } from '../../../src/core/secret.ts';
import { newestFamilies } from '../../../src/sinks/feed/samples.ts';
import { createHub } from '../../../src/sinks/hub/hub.ts';
import { realClock } from '../../../src/telemetry/clock.ts';
import { until } from '../../e2e/harness.ts';
import { runSamples } from '../../fakes/run-samples.ts';
import { recorder } from '../../fakes/sink.ts';
import { type StatuspageStandIn, standInForStatuspage } from '../../receivers/statuspage.ts';

let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

const withoutRemoteWrite = {
  historyMs: 0,
  scope: '',
  tokens: (): never => {
    throw new Error('no token is needed');
  },
};

async function hubTo(mapping: StatuspageSinkConfig['mapping'], key = 'k') {
  const metricIds = ['one', 'two', 'three'];
  const receiver: StatuspageStandIn = await standInForStatuspage({ key, pageId: 'p', metricIds });
  const record = recorder();
  const hub = createHub({
    config: { atlassianStatuspage: { pageId: 'p', apiKey: secret(() => 'k'), apiUri: receiver.uri, mapping } },
    clock: realClock,
    random: () => 0,
    version: '0',
    remoteWrite: withoutRemoteWrite,
    observe: record.observe,
  });
  closing.push(
    () => receiver.close(),
    () => hub.stop(0),
  );
  return { receiver, record, hub };
}

const minute = Date.UTC(2026, 0, 1, 12, 5);

describe('Statuspage', () => {
  it('gets mapped metrics alone, each under all of its ids, with the time of the bucket', async () => {
    const { receiver, record, hub } = await hubTo([
      { id: 'one', metricName: 'requests' },
      { id: 'two', metricName: 'requests' },
    ]);
    hub.offer(
      runSamples([
        { family: 'requests', series: { '': [12.5, minute] } },
        { family: 'other', series: { '': [1, minute] } },
      ]),
    );
    await until(
      async () => record.fates()['sent'],
      (sent) => sent === 2,
    );
    expect(receiver.samples).toEqual([
      { name: 'one', value: 12.5, timeMs: minute },
      { name: 'two', value: 12.5, timeMs: minute },
    ]);
  });

  it('gets a request a second at most, and then the newest values alone', async () => {
    const { receiver, record, hub } = await hubTo([{ id: 'one', metricName: 'requests' }]);
    for (let run = 0; run < 50; run += 1)
      hub.offer(runSamples([{ family: 'requests', series: { '': [run, minute + run * 60_000] } }]));
    await until(
      async () => record.fates()['sent'],
      (sent) => sent === 2,
    );
    expect(receiver.samples.map(({ value }) => value)).toEqual([0, 49]);
    const [first = 0, second = 0] = receiver.times;
    // Told apart from no pace at all; that the pace is kept to the millisecond is the feed's promise.
    expect(second - first).toBeGreaterThan(900);
    expect(record.fates()).toEqual({ sent: 2, replaced: 48 });
  });

  it('says what is wrong with a key or an id, in the words of the service', async () => {
    const { record, hub } = await hubTo([{ id: 'one', metricName: 'requests' }], 'another');
    hub.offer(runSamples([{ family: 'requests', series: { '': [1, minute] } }]));
    await until(
      async () => record.fates()['refused'],
      (refused) => refused === 1,
    );
    expect(hub.states()[0]?.failing).toEqual({
      code: 'AZ4004',
      status: 401,
      message: 'Statuspage (metric one) refused samples with HTTP 401: {"error":"Could not authenticate"}',
    });
  });

  it('keeps what waits of a metric that the newer run did not write', () => {
    const waiting = runSamples([
      { family: 'one', series: { '': [1, minute] } },
      { family: 'two', series: { '': [2, minute] } },
    ]);
    const newer = runSamples([{ family: 'two', series: { '': [3, minute] } }], 5);
    const merged = newestFamilies(waiting, newer);
    expect(merged.families.map(({ name, pieces }) => [name, pieces[0]?.values])).toEqual([
      ['one', [1]],
      ['two', [3]],
    ]);
    expect(merged).toMatchObject({ runMs: 5, samples: 2 });
  });
});
