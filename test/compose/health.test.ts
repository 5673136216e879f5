import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { composeHealth, concernText, type HealthInput, logSelfCheck } from '../../src/compose/health.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { groupOf } from '../discovery/agent/support.ts';
import { everyMinute } from '../fakes/declaration.ts';

const startMs = Date.UTC(2026, 0, 1, 12);
const state = {
  schedule: everyMinute,
  sinceMs: startMs,
  running: false,
  lastSuccessMs: startMs,
  nextMs: startMs + 60_000,
};

function setUp(afterMs: number, changes: Partial<HealthInput> = {}) {
  return composeHealth({
    clock: { now: () => startMs + afterMs },
    freshness: true,
    states: () => [state],
    strideOf: () => 1,
    hasWork: () => true,
    reasons: () => ['AZ3001: host did not answer within 30 s', 'AZ3403: no role'],
    discovery: undefined,
    declaration: {},
    logFailure: () => undefined,
    ...changes,
  });
}

const found = (health: ReturnType<typeof setUp>) =>
  health.checks().map(({ name, check }) => [name, check().status, check().description]);
const freshness = 'Promitor Scraper Data Freshness';
const stale = 'AZ2080: schedule * * * * * has had no result since 2026-01-01T12:00:00.000Z';

describe('the health of the program', () => {
  it('is told by the freshness of data, and nothing else unless there is something to tell', () => {
    expect(found(setUp(120_000))).toEqual([[freshness, 'Healthy', 'Every schedule has had a result in time.']]);
    expect(setUp(120_000).concerns()).toEqual([]);
  });

  it('tells after two periods that and why no result came', () => {
    const health = setUp(120_001);
    const words = [`${stale}: AZ3001: host did not answer within 30 s`, `${stale}: AZ3403: no role`];
    const concerns = words.map((text) => ({ code: 'AZ2080', message: text.slice(8), schedule: '0 * * * * *' }));
    expect(found(health)).toEqual([[freshness, 'Unhealthy', words.join('; ')]]);
    expect(health.concerns()).toEqual(concerns);
    expect(health.concerns().map(concernText)).toEqual(words);
  });

  it('tells when the scheduler stands still', () => {
    const [[, status, description] = []] = found(setUp(150_001, { reasons: () => [] }));
    const still =
      'AZ2003: schedule * * * * * was due at 2026-01-01T12:01:00.000Z and has not run; the scheduler stands still';
    expect([status, description]).toEqual(['Unhealthy', `${still}; ${stale}`]);
  });

  it('expects nothing of a schedule without anything to ask, nor of data when that is switched off', () => {
    expect(found(setUp(120_001, { hasWork: () => false }))[0]?.[1]).toBe('Healthy');
    expect(found(setUp(120_001, { freshness: false }))).toEqual([]);
  });

  it('tells of log lines that are lost, while they are', () => {
    const health = setUp(0, { logFailure: () => '3 log lines are lost: no space' });
    expect(found(health)[1]).toEqual(['Azimuth Log', 'Unhealthy', 'AZ2082: 3 log lines are lost: no space']);
    expect(health.concerns()).toEqual([{ code: 'AZ2082', message: '3 log lines are lost: no space' }]);
  });

  it('has the entries of scraper and discovery agent when groups are declared here', () => {
    const groups = [groupOf('vaults', 'KeyVault')];
    const lists = { groups: () => [{ name: 'vaults', resources: [], confirmedMs: 1 }] } as never;
    const landscapes = [{ tenantId: 't', subscriptions: ['s1'] }];
    const health = setUp(0, { discovery: { lists, groups }, declaration: { discovery: { landscapes, groups } } });
    expect(found(health).map(([name, status]) => [name, status])).toEqual([
      [freshness, 'Healthy'],
      ['Promitor Resource Discovery', 'Healthy'],
      ['azure-resource-graph', 'Healthy'],
    ]);
    // Groups of an agent elsewhere leave that agent to tell of Resource Graph.
    expect(found(setUp(0, { discovery: { lists, groups: [] } })).map(([name]) => name)).toEqual([
      freshness,
      'Promitor Resource Discovery',
    ]);
  });
});

it('what the self-check finds becomes one line each', () => {
  const lines: unknown[] = [];
  const destination = new PassThrough();
  destination.on('data', (line: Buffer) => lines.push((JSON.parse(line.toString()) as { msg: string }).msg));
  const options = { level: 'Information', container: { enabled: true }, format: 'json', color: false } as const;
  logSelfCheck({ stoodStillMs: 25_000, stopped: [state], resumed: [state] }, createLogger({ ...options, destination }));
  expect(lines).toEqual([
    'The process stood still for 25 s; nothing was asked or answered.',
    'Schedule * * * * * was due at 2026-01-01T12:01:00.000Z and has not run; the scheduler stands still.',
    'Schedule * * * * * runs again.',
  ]);
});
