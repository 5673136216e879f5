import { describe, expect, it } from 'vitest';
import { runCheck } from '../../src/check/run-check.ts';
import { secret } from '../../src/core/secret.ts';
import { aMetric } from '../fakes/declaration.ts';
import { caches, clientId, denied, fakeAzure, logs, subscription } from './support.ts';

const { signal } = new AbortController();
const whole = `/subscriptions/${subscription}`;
const queue = {
  ...aMetric({
    name: 'size',
    resourceType: 'StorageQueue',
    resources: ['one', 'two', 'one'].map((queueName) => ({
      subscriptionId: subscription,
      resourceGroupName: 'g',
      fields: { accountName: 'st', queueName },
      sasToken: secret(() => 'sig=x'),
    })),
  }),
  query: { kind: 'storageQueue', metricName: 'MessageCount' },
} as const;

describe('what is asked', () => {
  it('is one metric per subscription and type, and in single mode one per resource group', async () => {
    const metrics = [
      caches('a', 'one/x', 'one/y', 'two/z'),
      caches('b', 'one/y', 'three/w'),
      logs('w1', 'w2', 'w1'),
      queue,
    ];
    const single = fakeAzure({ metrics });
    await runCheck(single, signal);
    expect(single.asked).toEqual([
      'token',
      'single one/x',
      'single two/z',
      'single three/w',
      'logs id-of-w1',
      'logs id-of-w2',
      'queue one',
      'queue two',
    ]);
    const shared = fakeAzure({ metrics, queryMode: 'batch' });
    await runCheck(shared, signal);
    expect(shared.asked.filter((name) => /^(single|batch|subscription)/.test(name))).toEqual([
      'single one/x',
      'batch one/x',
    ]);
  });

  it('is one resource and one metric, over the window of a run', async () => {
    const azure = fakeAzure({ metrics: [caches('a', 'one/x')], queryMode: 'batch' });
    await runCheck(azure, signal);
    const nowMs = azure.clock.now();
    const resource = `subscriptions/${subscription}/resourceGroups/one/providers/Microsoft.Cache/Redis/x`;
    const common = {
      subscriptionId: subscription,
      resourceIds: [expect.stringMatching(new RegExp(`^${resource}$`, 'i'))],
      metricNames: ['connectedclients'],
      aggregations: ['Total'],
      intervalMs: 300_000,
      startMs: nowMs - 60_000 - 900_000,
      endMs: nowMs - 60_000,
      limit: 1,
    };
    expect(azure.requests).toEqual([
      { ...common, mode: 'single' },
      { ...common, mode: 'batch', region: 'westeurope', namespace: 'microsoft.cache/redis' },
    ]);
  });

  it('is only the token when there is none, and the queues, which need none', async () => {
    const error = { code: 'AZ3005', message: 'No access token.' } as const;
    const metrics = [caches('a', 'one/x'), queue];
    const azure = fakeAzure({ metrics, queryMode: 'batch', discovers: true, token: { kind: 'retry', error } });
    const rows = await runCheck(azure, signal);
    expect(azure.asked).toEqual(['token', 'queue one', 'queue two']);
    expect(rows.map(({ check, status, code, message }) => [check, status, code, message])).toEqual([
      ['token', 'failed', 'AZ3005', 'No access token.'],
      ['metrics', 'skipped', null, 'Not tried, because there is no access token.'],
      ['queue', 'ok', null, 'MessageCount was read.'],
      ['queue', 'ok', null, 'MessageCount was read.'],
      ['batch', 'skipped', null, 'Not tried, because there is no access token.'],
      ['resourceGraph', 'skipped', null, 'Not tried, because there is no access token.'],
    ]);
  });

  it('is no token where only queues are read, and nothing where nothing is', async () => {
    const azure = fakeAzure({ metrics: [queue] });
    await runCheck(azure, signal);
    expect(azure.asked).toEqual(['queue one', 'queue two']);
    expect(await runCheck(fakeAzure({ metrics: [] }), signal)).toEqual([]);
  });

  it('is nothing after the end', async () => {
    const ended = AbortSignal.abort();
    const azure = fakeAzure({ metrics: [caches('a', 'one/x')], discovers: true });
    const rows = await runCheck(azure, ended);
    expect(azure.asked).toEqual(['token']);
    expect(rows.slice(1).map(({ message }) => message)).toEqual(
      Array(2).fill('Not tried, because the check was ended.'),
    );
  });
});

describe('what it says', () => {
  it('of shared calls whose region is not known', async () => {
    const azure = fakeAzure({ metrics: [caches('a', 'one/x')], queryMode: 'batch', fails: () => denied });
    const rows = await runCheck(azure, signal);
    expect(rows.slice(1)).toMatchObject([
      { check: 'metrics', status: 'failed', scope: whole },
      {
        check: 'batch',
        status: 'skipped',
        scope: whole,
        message: 'Not tried, because no region is known: no metric was read whose calls can be shared.',
      },
    ]);
  });

  it('of shared calls: a resource that can be read is taken for them', async () => {
    const metrics = [
      caches('a', 'one/x'),
      aMetric({
        name: 'b',
        resourceType: 'SqlServer',
        resources: [{ subscriptionId: subscription, resourceGroupName: 'one', fields: { serverName: 's' } }],
      }),
    ];
    const gone = { code: 'AZ3404', message: 'gone' } as const;
    const azure = fakeAzure({
      metrics,
      queryMode: 'batch',
      defaultRegion: 'westeurope',
      fails: (name) => (name === 'single one/x' ? gone : undefined),
    });
    await runCheck(azure, signal);
    expect(azure.asked).toEqual(['token', 'single one/x', 'single one/s', 'batch one/s']);
  });

  it('of the identity: what the token tells, before what is configured', async () => {
    const identity = { kind: 'ServicePrincipal', clientId: 'c1', objectId: 'o1', tenantId: 't1' } as const;
    const elsewhere = {
      code: 'AZ3401',
      message: 'no',
      said: { api: 'metrics', code: 'InvalidAuthenticationTokenTenant' },
    } as const;
    const metrics = [caches('a', 'one/x')];
    const rows = await runCheck(fakeAzure({ metrics, identity, fails: () => elsewhere }), signal);
    expect(rows[0]?.message).toBe('A token for client c1, object o1, tenant t1 was obtained.');
    expect(rows[1]?.message).toContain('does not belong to tenant t1, in which');
    const opaque = await runCheck(fakeAzure({ metrics }), signal);
    expect(opaque[0]?.message).toBe(
      `A token for client ${clientId}, tenant 11111111-1111-1111-1111-111111111111 was obtained.`,
    );
  });

  it('of an interval that is not offered: nothing, because the run replaces it', async () => {
    const message = 'answered 400 BadRequest "Invalid time grain duration: PT2M, supported ones are: PT1M"';
    const azure = fakeAzure({ metrics: [caches('a', 'one/x')], fails: () => ({ code: 'AZ3400', message }) });
    expect((await runCheck(azure, signal)).at(-1)).toMatchObject({ check: 'metrics', status: 'ok' });
  });

  it('of Resource Graph', async () => {
    const metrics = [caches('a', 'one/x')];
    const seen = fakeAzure({ metrics, discovers: true });
    expect((await runCheck(seen, signal)).at(-1)).toMatchObject({ check: 'resourceGraph', status: 'ok', scope: whole });
    expect(seen.asked.at(-1)).toBe(`graph ${subscription}`);
    const empty = await runCheck(fakeAzure({ metrics, discovers: true, resourcesInGraph: 0 }), signal);
    expect(empty.at(-1)).toMatchObject({
      status: 'failed',
      code: 'AZ3042',
      command: `az role assignment create --assignee ${clientId} --role "Reader" --scope ${whole}`,
    });
    const nowhere = await runCheck(fakeAzure({ metrics: [], discovers: true }), signal);
    expect(nowhere.at(-1)).toMatchObject({ scope: '/', subscription: null, status: 'ok' });
  });

  it('of a metric that alone fails inside a good answer', async () => {
    const azure = fakeAzure({ metrics: [caches('a', 'one/x')] });
    const error = { code: 'InvalidSamplingType', message: 'not offered' };
    const metric = { name: 'connectedclients', series: [], error };
    const answer = { kind: 'ok', value: { resources: [{ resourceId: 'r', metrics: [metric] }] } } as const;
    const rows = await runCheck({ ...azure, metrics: { query: () => Promise.resolve(answer) } }, signal);
    expect(rows.at(-1)).toMatchObject({ status: 'failed', code: 'AZ3010' });
    expect(rows.at(-1)?.message).toMatch(
      /^Azure gives no values of connectedclients of resource .+: InvalidSamplingType, not offered$/,
    );
  });
});
