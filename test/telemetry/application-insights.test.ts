import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { secret } from '../../src/core/secret.ts';
import {
  type ApplicationInsightsOptions,
  createApplicationInsights,
  type DeliveryChange,
} from '../../src/telemetry/application-insights.ts';
import { envelopeOf } from '../../src/telemetry/envelopes.ts';
import { createFakeClock } from '../fakes/clock.ts';

const key = '3f1c2d4e-5b6a-4c7d-8e9f-0a1b2c3d4e5f';

interface Posted {
  readonly url: string;
  readonly events: Record<string, unknown>[];
}

function setUp(answers: readonly (number | string | Error)[] = []) {
  const clock = createFakeClock(Date.UTC(2026, 10, 25));
  const posted: Posted[] = [];
  const changes: DeliveryChange[] = [];
  const options: ApplicationInsightsOptions = {
    config: { instrumentationKey: secret(() => key), ingestionEndpoint: 'https://weu-1.in.example.com/' },
    version: '1.2.3',
    instance: 'azimuth-0',
    clock,
    post: (url, body) => {
      posted.push({ url, events: body.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>) });
      const answer = answers[posted.length - 1] ?? 200;
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve(
        typeof answer === 'string' ? { status: 206, text: answer } : { status: answer, text: '{}' },
      );
    },
    onChange: (change) => void changes.push(change),
  };
  const insights = createApplicationInsights(options);
  const logger = pino({ base: null, level: 'trace' }, { write: (line) => insights.write(line) });
  return { clock, posted, changes, insights, logger };
}

const messages = ({ events }: Posted): unknown[] =>
  events.map((event) => (event['data'] as { baseData: { message: string } }).baseData.message);

describe('Application Insights', () => {
  it('gets events together, as traces with their fields', async () => {
    const { clock, posted, logger } = setUp();
    logger.warn({ code: 'AZ2005', schedule: '* * * * *', items: 3 }, 'A run was skipped.');
    logger.info('second');
    await clock.advance(2_000);
    expect(posted).toHaveLength(1);
    expect(posted[0]?.url).toBe('https://weu-1.in.example.com/v2.1/track');
    expect(posted[0]?.events[0]).toEqual({
      name: 'Microsoft.ApplicationInsights.Message',
      time: expect.stringMatching(/Z$/),
      iKey: key,
      tags: {
        'ai.cloud.role': 'Azimuth',
        'ai.cloud.roleInstance': 'azimuth-0',
        'ai.application.ver': '1.2.3',
        'ai.internal.sdkVersion': 'azimuth:1.2.3',
      },
      data: {
        baseType: 'MessageData',
        baseData: {
          ver: 2,
          message: 'A run was skipped.',
          severityLevel: 2,
          properties: { code: 'AZ2005', schedule: '* * * * *', items: '3' },
        },
      },
    });
    expect(posted[0]?.events).toHaveLength(2);
  });

  it('gets an error as an exception with its stack', () => {
    const lines: string[] = [];
    pino({ base: null }, { write: (line) => void lines.push(line) }).error(
      { err: new RangeError('too far') },
      'A run crashed.',
    );
    const envelope = JSON.parse(envelopeOf(lines[0] ?? '', { iKey: key, version: '1', instance: 'a' }) ?? '') as {
      data: { baseType: string; baseData: { exceptions: { typeName: string; message: string; stack: string }[] } };
    };
    expect(envelope.data.baseType).toBe('ExceptionData');
    expect(envelope.data.baseData.exceptions[0]).toMatchObject({ typeName: 'RangeError', message: 'too far' });
    expect(envelope.data.baseData.exceptions[0]?.stack).toContain('application-insights.test');
  });

  it('tries again with growing pauses, tells of it once, and loses nothing', async () => {
    const { clock, posted, changes, logger } = setUp([503, new Error('connect ECONNREFUSED'), 429, 200]);
    logger.info('kept');
    await clock.advance(2_000 + 4_000 + 8_000);
    expect(posted).toHaveLength(3);
    await clock.advance(16_000);
    expect(posted.map(messages)).toEqual(Array.from({ length: 4 }, () => ['kept']));
    expect(changes).toEqual([
      { kind: 'failing', reason: 'it answered 503' },
      { kind: 'working', dropped: 0 },
    ]);
  });

  it('does not repeat what is refused, and counts it', async () => {
    const { clock, posted, changes, logger } = setUp([400, '{"itemsReceived":2,"itemsAccepted":1}', 200]);
    logger.info('one');
    await clock.advance(2_000);
    logger.info('two');
    logger.info('three');
    await clock.advance(2_000);
    logger.info('four');
    await clock.advance(2_000);
    expect(posted.map(messages)).toEqual([['one'], ['two', 'three'], ['four']]);
    expect(changes).toEqual([
      { kind: 'failing', reason: 'it answered 400 and refused 1 of 1 events' },
      { kind: 'working', dropped: 2 },
    ]);
  });

  it('keeps the newest five thousand when nothing can be sent', async () => {
    const { clock, posted, changes, insights, logger } = setUp([503]);
    for (let index = 0; index < 5_010; index += 1) logger.info(`event ${index}`);
    await clock.advance(2_000);
    await insights.close(1_000);
    const sent = posted.slice(1).flatMap(messages);
    expect([sent.length, sent[0], sent.at(-1)]).toEqual([5_000, 'event 10', 'event 5009']);
    expect(changes.at(-1)).toEqual({ kind: 'working', dropped: 10 });
  });

  it('sends what waits when it is closed, and nothing afterwards', async () => {
    const { posted, insights, logger } = setUp();
    logger.info('last words');
    await insights.close(1_000);
    logger.info('too late');
    expect(posted.map(messages)).toEqual([['last words']]);
  });

  it('does not feed on its own complaints', () => {
    const line = '{"level":40,"time":0,"code":"AZ2060","msg":"Log events do not reach Application Insights"}\n';
    expect(envelopeOf(line, { iKey: key, version: '1', instance: 'a' })).toBeUndefined();
  });
});
