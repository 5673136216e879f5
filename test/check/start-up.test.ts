import { describe, expect, it } from 'vitest';
import type { TokenState } from '../../src/azure/ports.ts';
import type { CheckRow } from '../../src/check/report.ts';
import { createStartUpCheck } from '../../src/check/start-up.ts';
import type { CodedError } from '../../src/core/outcome.ts';
import type { ScrapeItem } from '../../src/plan/types.ts';
import { caches, clientId, denied, type FakeAnswers, fakeAzure, logs, subscription } from './support.ts';

const { signal } = new AbortController();
const whole = `/subscriptions/${subscription}`;
const noData: CodedError = { code: 'AZ3401', message: 'no', said: { api: 'batch', code: 'Unauthorized' } };

function line(scope: string, role = 'Monitoring Reader'): string {
  return `az role assignment create --assignee ${clientId} --role "${role}" --scope ${scope}`;
}

function start(answers: FakeAnswers) {
  const azure = fakeAzure(answers);
  const told: CheckRow[] = [];
  const check = createStartUpCheck(azure, (row) => told.push(row));
  const items = azure.plan().groups.flatMap((group) => group.items);
  const itemOf = (name: string): ScrapeItem => {
    const item = items.find(({ id }) => id.endsWith(name));
    if (item === undefined) throw new Error(`no item ${name}`);
    return item;
  };
  return {
    azure,
    told,
    commands: () => told.map(({ command }) => command),
    ok: (name: string) => {
      azure.learnRegion(itemOf(name).resource.key, 'westeurope');
      check.note({ kind: 'succeeded', item: itemOf(name), nowMs: 0 });
    },
    fail: (name: string, error: CodedError = denied) =>
      check.note({ kind: 'failed', item: itemOf(name), error, nowMs: 0 }),
    afterRun: (ended: AbortSignal = signal) => check.afterRun(ended),
  };
}

describe('after the first run', () => {
  it('tells once which role is missing, without asking again', async () => {
    const run = start({ metrics: [caches('a', 'one/x', 'two/y', 'two/z')] });
    run.ok('/x');
    run.fail('/y');
    run.fail('/z');
    await run.afterRun();
    run.fail('/y');
    await run.afterRun();
    expect(run.commands()).toEqual([line(`${whole}/resourceGroups/two`)]);
    expect(run.azure.asked).toEqual([]);
  });

  it('tells of the workspace of a log query', async () => {
    const run = start({ metrics: [logs('w1')] });
    run.fail('/overview', { code: 'AZ3403', message: 'no', said: { api: 'logs', code: 'InsufficientAccessError' } });
    await run.afterRun();
    const workspace = `${whole}/resourceGroups/logs/providers/Microsoft.OperationalInsights/workspaces/w1`;
    expect(run.commands()).toEqual([line(workspace, 'Log Analytics Reader')]);
  });

  it('leaves to the log of the scrape what no command mends', async () => {
    const run = start({ metrics: [caches('a', 'one/x')] });
    run.fail('/x', { code: 'AZ3404', message: 'gone' });
    await run.afterRun();
    expect(run.told).toEqual([]);
  });

  it('tells nothing of what worked at first', async () => {
    const run = start({ metrics: [caches('a', 'one/x', 'one/y')] });
    run.ok('/x');
    await run.afterRun();
    run.fail('/x');
    await run.afterRun();
    expect(run.told).toEqual([]);
  });

  it('waits for results that tell something', async () => {
    const run = start({ metrics: [caches('a', 'one/x')] });
    for (const code of ['AZ3001', 'AZ3002', 'AZ3005', 'AZ3006', 'AZ3429', 'AZ3500'] as const) {
      run.fail('/x', { code, message: 'weather' });
      await run.afterRun();
    }
    expect(run.told).toEqual([]);
    run.fail('/x');
    await run.afterRun();
    expect(run.commands()).toEqual([line(whole)]);
  });

  it('waits for a token', async () => {
    let state: TokenState = { kind: 'waiting', sinceMs: 0, reason: 'no identity' };
    const run = start({ metrics: [caches('a', 'one/x')], queryMode: 'batch', state: () => state });
    run.fail('/x');
    await run.afterRun();
    expect(run.told).toEqual([]);
    state = { kind: 'ready', sinceMs: 0, expiresMs: 1 };
    await run.afterRun();
    expect(run.commands()).toEqual([line(whole)]);
  });
});

describe('what the first run leaves out', () => {
  it('is asked once: a shared call per subscription and region, and Resource Graph', async () => {
    const run = start({
      metrics: [caches('a', 'one/x', 'one/y')],
      queryMode: 'batch',
      discovers: true,
      fails: (name) => (name.startsWith('graph') ? { code: 'AZ3500', message: 'busy' } : noData),
    });
    run.ok('/x');
    await run.afterRun();
    run.ok('/y');
    await run.afterRun();
    await run.afterRun();
    expect(run.azure.asked).toEqual(['batch one/x', `graph ${subscription}`]);
    expect(run.told.map(({ check, code, command }) => [check, code, command])).toEqual([
      ['batch', 'AZ3403', line(whole)],
      ['resourceGraph', 'AZ3500', null],
    ]);
  });

  it('is one call although two runs end together', async () => {
    const run = start({ metrics: [caches('a', 'one/x')], queryMode: 'batch' });
    run.ok('/x');
    await Promise.all([run.afterRun(), run.afterRun()]);
    expect(run.azure.asked).toEqual(['batch one/x']);
  });

  it('tells the same line once, whether a run or a probe found it', async () => {
    const run = start({ metrics: [caches('a', 'one/x', 'one/y')], queryMode: 'batch', fails: () => noData });
    run.ok('/x');
    run.fail('/y', noData);
    await run.afterRun();
    expect(run.commands()).toEqual([line(whole)]);
  });

  it('is no matter of later runs', async () => {
    const run = start({ metrics: [caches('a', 'one/x')], queryMode: 'batch' });
    run.ok('/x');
    await run.afterRun();
    run.azure.learnRegion(run.azure.plan().groups[0]?.items[0]?.resource.key ?? '', 'northeurope');
    await run.afterRun();
    expect(run.azure.asked).toEqual(['batch one/x']);
  });
});

describe('on shutdown', () => {
  it('nothing is asked', async () => {
    const run = start({ metrics: [caches('a', 'one/x')], queryMode: 'batch' });
    run.ok('/x');
    await run.afterRun(AbortSignal.abort());
    expect(run.azure.asked).toEqual([]);
  });

  it('a call that was cut off is not told', async () => {
    const stop = new AbortController();
    const run = start({
      metrics: [caches('a', 'one/x')],
      queryMode: 'batch',
      discovers: true,
      before: () => stop.abort(),
      fails: () => ({ code: 'AZ3006', message: 'given up' }),
    });
    run.ok('/x');
    await run.afterRun(stop.signal);
    expect(run.azure.asked).toEqual(['batch one/x']);
    expect(run.told).toEqual([]);
  });
});
