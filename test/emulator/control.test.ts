import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCallLog } from '../../src/emulator/control/calls.ts';
import { createFaults, type FaultRule, parseFault } from '../../src/emulator/control/faults.ts';
import { createFakeClock, type FakeClock } from '../fakes/clock.ts';
import { type Answer, type Bench, bus, demoText, metricsPath, startBench, startMs, subscription } from './support.ts';

let bench: Bench;
let clock: FakeClock;
const lines: string[] = [];

beforeEach(async () => {
  clock = createFakeClock(startMs);
  lines.length = 0;
  bench = await startBench({ clock, logCalls: (call) => lines.push(`${call.api} ${call.status}`) });
  // The first call fetches the token that the others share.
  await bench.call('/subscriptions');
  bench.emulator.control.clearCalls();
});
afterEach(() => bench.close());

const send = (method: string, path: string, body?: unknown): Promise<Answer> =>
  bench.plain(`${bench.emulator.urls.control}/control/${path}`, {
    method,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });

describe('calls', () => {
  it('are counted and listed with their parameters', async () => {
    await bench.call(metricsPath({ $filter: "EntityName eq '*'" }));
    await bench.call('/nowhere');
    const answer = await send('GET', 'calls');
    expect(answer.json()).toEqual({
      counts: { metrics: 1, unknown: 1 },
      calls: [
        {
          api: 'metrics',
          time: '2026-03-10T08:10:00.000Z',
          method: 'GET',
          path: `${bus}/providers/Microsoft.Insights/metrics`,
          parameters: {
            'api-version': '2024-02-01',
            metricnames: 'ActiveMessages',
            timespan: '2026-03-10T08:00:00Z/2026-03-10T08:05:00Z',
            $filter: "EntityName eq '*'",
          },
          subscription,
          resources: [bus.slice(1)],
          metricNames: ['ActiveMessages'],
          status: 200,
        },
        {
          api: 'unknown',
          time: '2026-03-10T08:10:00.000Z',
          method: 'GET',
          path: '/nowhere',
          parameters: {},
          resources: [],
          metricNames: [],
          status: 404,
        },
      ],
    });
    expect((await send('DELETE', 'calls')).status).toBe(204);
    expect((await send('GET', 'calls')).json()).toEqual({ counts: {}, calls: [] });
    expect(lines.slice(-2)).toEqual(['metrics 200', 'unknown 404']);
  });

  it('hold no secrets', async () => {
    await bench.plain(`${bench.emulator.urls.arm}/stshopweu/orders?comp=metadata&sig=topsecret`);
    await bench.plain(`${bench.emulator.urls.arm}/tenant/oauth2/v2.0/token`, {
      method: 'POST',
      body: 'client_id=a&client_secret=topsecret&client_assertion=topsecret',
    });
    const text = (await send('GET', 'calls')).text;
    expect(text).toContain('"sig":"***"');
    expect(text).toContain('"client_id":"a"');
    expect(text).not.toContain('topsecret');
  });

  it('are forgotten from the oldest on, while the counts go on', () => {
    const log = createCallLog(2);
    for (let index = 0; index < 9; index += 1) {
      log.add({
        api: 'logs',
        time: String(index),
        method: '',
        path: '',
        parameters: {},
        resources: [],
        metricNames: [],
        status: 200,
      });
    }
    expect(log.calls().map(({ time }) => time)).toEqual(['7', '8']);
    expect(log.counts()).toEqual({ logs: 9 });
  });
});

describe('faults', () => {
  const statuses = async (count: number): Promise<number[]> => {
    const found: number[] = [];
    for (let call = 0; call < count; call += 1) found.push((await bench.call(metricsPath())).status);
    return found;
  };

  it('answer with a status, headers and body, as often as told', async () => {
    const rule = {
      api: 'metrics',
      effect: { status: 429, headers: { 'retry-after': '7' }, body: { error: { code: 'X' } } },
      count: 2,
    };
    const added = await send('POST', 'faults', rule);
    expect([added.status, added.json()]).toEqual([201, { id: '1' }]);
    const answer = await bench.call(metricsPath());
    expect([answer.status, answer.headers.get('retry-after'), answer.json()]).toEqual([
      429,
      '7',
      { error: { code: 'X' } },
    ]);
    expect(await statuses(2)).toEqual([429, 200]);
    const { calls } = bench.emulator.control.calls();
    expect(calls.map(({ fault }) => fault)).toEqual(['1', '1', undefined]);
  });

  it('pick calls by resource, metric and region', async () => {
    const { control } = bench.emulator;
    const hits = async (rule: Omit<FaultRule, 'effect'>): Promise<boolean> => {
      const id = control.addFault({ ...rule, effect: { status: 503 } });
      const { status } = await bench.call(metricsPath({ metricnames: 'Size,Messages' }));
      control.removeFault(id);
      return status === 503;
    };
    expect(await hits({ resource: 'SB-shop-weu' })).toBe(true);
    expect(await hits({ resource: 'sb-other' })).toBe(false);
    expect(await hits({ metric: 'size' })).toBe(true);
    expect(await hits({ metric: 'siz' })).toBe(false);
    expect(await hits({ region: 'westeurope' })).toBe(false);
    expect(await hits({ api: 'batch' })).toBe(false);
  });

  it('reach the region and the resources of a batch', async () => {
    bench.emulator.control.addFault({
      api: 'batch',
      region: 'westeurope',
      resource: 'sb-shop-weu',
      effect: { status: 529 },
    });
    const path = `/westeurope/subscriptions/${subscription}/metrics:getBatch`;
    const answer = await bench.call(path, { method: 'POST', body: JSON.stringify({ resourceids: [bus] }) });
    expect(answer.status).toBe(529);
  });

  it('hit a share of the calls, evenly', async () => {
    await send('POST', 'faults', { match: { api: 'metrics', share: 0.5 }, effect: { status: 500 } });
    expect(await statuses(6)).toEqual([200, 500, 200, 500, 200, 500]);
    expect((await send('DELETE', 'faults')).status).toBe(204);
    expect(await statuses(2)).toEqual([200, 200]);
  });

  it('end at a moment of the world', async () => {
    await send('POST', 'faults', { effect: { status: 500 }, until: '2026-03-10T08:11:00Z' });
    expect(await statuses(1)).toEqual([500]);
    await clock.advance(60_000);
    expect(await statuses(1)).toEqual([200]);
  });

  it('break connections and bodies', async () => {
    const { control } = bench.emulator;
    control.addFault({ effect: { reset: true }, count: 1 });
    await expect(bench.call(metricsPath())).rejects.toThrow(/fetch failed/);
    control.addFault({ effect: { truncate: true }, count: 1 });
    await expect(bench.call(metricsPath())).rejects.toThrow(/terminated/);
    control.addFault({ effect: { malformed: true }, count: 1 });
    const answer = await bench.call(metricsPath());
    expect(answer.status).toBe(200);
    expect(() => answer.json()).toThrow(SyntaxError);
    expect(control.calls().calls.map(({ status }) => status)).toEqual([0, 200, 200]);
  });

  it('hold answers back on the clock that was given', async () => {
    bench.emulator.control.addFault({ effect: { delayMs: 2_000 }, count: 1 });
    let done = false;
    const answer = bench.call(metricsPath()).then((value) => {
      done = true;
      return value;
    });
    while (clock.pending() === 0) await new Promise(setImmediate);
    expect(done).toBe(false);
    await clock.advance(2_000);
    expect((await answer).status).toBe(200);
  });

  it('hang until the emulator closes', async () => {
    bench.emulator.control.addFault({ effect: { hang: true } });
    const answer = bench.call(metricsPath());
    const failed = expect(answer).rejects.toThrow(/fetch failed/);
    while (bench.emulator.control.calls().calls.length === 0) await new Promise(setImmediate);
    await bench.emulator.close();
    await failed;
  });

  it.each([
    [{ effect: { status: 99 } }, /^effect/],
    [{ api: 'weather', effect: {} }, /^api: /],
    [{ effect: {}, until: 'soon' }, /^until: "soon" is not a time\.$/],
    [{ effect: {}, colour: 1 }, /^rule: .*colour/],
  ])('refuse the rule %j', async (rule, problem) => {
    const answer = await send('POST', 'faults', rule);
    expect([answer.status, answer.json()]).toEqual([400, { problems: [expect.stringMatching(problem)] }]);
  });

  it('may name their effect in one word', () => {
    expect(parseFault({ effect: { status: 200, headers: { 'x y': '1' } } })).toEqual({
      problems: [expect.stringContaining('names or values that HTTP does not allow')],
    });
    expect(parseFault({ effect: 'hang' })).toMatchObject({ rule: { effect: { hang: true } } });
  });

  it('strike in order of their making, and a spent one makes way', () => {
    const faults = createFaults();
    faults.add({ effect: { status: 500 }, count: 1 });
    faults.add({ effect: { status: 501 } });
    expect([1, 2, 3].map(() => faults.hit(undefined, 0)?.effect.status)).toEqual([500, 501, 501]);
    expect([faults.remove('9'), faults.remove('2'), faults.hit(undefined, 0)]).toEqual([false, true, undefined]);
  });
});

describe('world and time', () => {
  it('can be replaced while it runs', async () => {
    expect((await send('PUT', 'world', demoText.replaceAll('sb-shop-weu', 'sb-new'))).status).toBe(204);
    expect((await bench.call(metricsPath())).status).toBe(404);
    expect((await bench.call(metricsPath({}, bus.replace('sb-shop-weu', 'sb-new')))).status).toBe(200);
    const refused = await send('PUT', 'world', 'colour: red');
    expect(refused.status).toBe(400);
    expect(refused.json()['problems']).toContain('colour: there is no such key here.');
  });

  it('can be set, sped up and stopped', async () => {
    const set = await send('POST', 'time', { set: '2026-05-01T00:00:00Z', rate: 60 });
    expect(set.json()).toEqual({ now: '2026-05-01T00:00:00.000Z', rate: 60, paused: false });
    await clock.advance(10_000);
    expect(bench.emulator.now()).toBe(Date.UTC(2026, 4, 1, 0, 10));
    await send('POST', 'time', { pause: true });
    await clock.advance(10_000);
    expect((await send('GET', 'time')).json()).toEqual({ now: '2026-05-01T00:10:00.000Z', rate: 60, paused: true });
    await send('POST', 'time', { pause: false, rate: 1 });
    await clock.advance(1_000);
    expect(bench.emulator.now()).toBe(Date.UTC(2026, 4, 1, 0, 10, 1));
  });

  it.each([
    [{ set: 'soon' }, 'set: write an ISO 8601 time or milliseconds.'],
    [{ rate: -1 }, 'rate: write a number from 0.'],
    [{ pause: 'yes' }, 'pause: write true or false.'],
    [{ speed: 2 }, 'speed: there is no such key; use set, rate and pause.'],
  ])('refuse %j', async (change, problem) => {
    expect((await send('POST', 'time', change)).json()).toEqual({ problems: [problem] });
  });

  it('leaves tokens and rate limits on the clock of the host', async () => {
    bench.emulator.control.setTime({ setMs: Date.UTC(2027, 0, 1) });
    expect((await bench.call(metricsPath({ timespan: 'PT5M' }))).status).toBe(200);
  });
});

describe('control port', () => {
  it('serves the certificate authority', async () => {
    const answer = await bench.plain(bench.emulator.urls.ca);
    expect(answer.text).toBe(bench.emulator.caPem);
  });

  it('says so where nothing is', async () => {
    const answer = await send('GET', 'weather');
    expect([answer.status, answer.json()]).toEqual([
      404,
      { problems: ['There is nothing at GET /control/weather; see the control routes in docs/emulator.md.'] },
    ]);
  });
});
