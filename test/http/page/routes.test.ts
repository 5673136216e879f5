import { Script } from 'node:vm';
import { hash } from 'bcryptjs';
import { afterEach, describe, expect, it } from 'vitest';
import { secret } from '../../../src/core/secret.ts';
import { assets } from '../../../src/http/page/assets.ts';
import type {
  Explanation,
  MetricRow,
  Overview,
  ProblemRow,
  SeriesRow,
  StatusSource,
} from '../../../src/status/ports.ts';
import { anOverview, createFakeStatus, noonMs, pageWith } from '../../fakes/status-source.ts';
import { closeServers, serveStatus } from './serve.ts';

afterEach(closeServers);

/** Markup that would show wherever it is not escaped. */
const evil = `<script>alert("x")</script>'&quot;<img src=x onerror=alert(1)>`;

const problem: ProblemRow = {
  severity: 'error',
  code: 'AZ3404',
  title: `Title ${evil}`,
  message: `Message ${evil}`,
  remedy: `Remedy ${evil}`,
  metrics: { shown: [evil], total: 7 },
  resources: { shown: [evil], total: 1 },
  items: 3,
  sinceMs: noonMs - 90_000,
};

const metric: MetricRow = {
  name: evil,
  help: evil,
  azureMetric: evil,
  aggregation: 'Total',
  resourceType: evil,
  schedule: evil,
  series: 2,
  values: { mean: 2, min: 1, max: 3 },
  history: [],
  items: 2,
  failingItems: 1,
};

const series: SeriesRow = {
  name: evil,
  labels: [[`label${evil}`, evil]],
  selector: `demo{a="${evil}"}`,
  outcome: 'failing',
  value: 1,
  error: { code: 'AZ3404', message: evil },
};

function anExplanation(text: string): Explanation {
  return {
    series: `demo{a="${text}"}`,
    value: 1,
    summary: text,
    metric: { name: text, azureMetric: text, aggregation: 'Total' },
    resource: { id: text, type: text },
    labels: [{ name: text, value: text, source: 'metric' }],
    failure: { code: 'AZ3404', message: text, requestId: text },
    schedule: { text },
  };
}

function everythingEvil(): StatusSource {
  const group = { id: evil, mode: evil, schedule: evil, subscription: evil, region: evil, metricNames: [evil] };
  const groups = pageWith({ ...group, resources: 1, why: evil });
  const coded = { code: 'AZ1000', message: evil };
  const overview: Partial<Overview> = {
    problems: pageWith(problem),
    metrics: pageWith(metric),
    groups,
    schedules: pageWith({ text: evil, running: true, stride: 3, skipped: 0 }),
    quota: {
      ...anOverview().quota,
      planned: [{ subscription: evil, region: evil, api: 'batch', callsPerHour: 1, limitPerHour: 2, share: 0.5 }],
      paces: [{ api: 'arm', subscription: evil, tokens: 1, ratePerSecond: 1, waiting: 0 }],
    },
    discovery: [{ name: evil, resources: 1, problem: coded }],
    sinks: [{ name: evil, healthy: false, queued: 1, dropped: 1, problem: coded }],
    configuration: { files: [evil], loadedMs: noonMs, hash: evil, problems: [] },
  };
  return createFakeStatus({
    overview: () => anOverview(overview),
    problems: () => pageWith(problem),
    metrics: () => pageWith(metric),
    series: () => Promise.resolve(pageWith(series)),
    groups: () => Promise.resolve(groups),
    explain: () => ({ found: 2, explanations: [anExplanation(evil)] }),
  }).source;
}

const allPages = ['/', '/-/problems', '/-/metrics', '/-/series', '/-/groups', '/-/explain'];

describe('the pages', () => {
  it.each([...allPages, `/-/series?q=${encodeURIComponent(evil)}&metric=${encodeURIComponent(evil)}`])(
    '%s escape whatever they show',
    async (path) => {
      const { get } = await serveStatus(everythingEvil());
      const page = await (await get(path)).text();
      expect(page).not.toContain('<script>alert');
      expect(page).not.toContain('<img');
      expect(page.replace(/"[^"]*"/g, '')).not.toMatch(/<[^>]*\son\w+=/);
      expect(page.match(/<script/g)).toHaveLength(1);
    },
  );

  it('escape an explanation and the selector that was asked for', async () => {
    const { get } = await serveStatus(everythingEvil());
    const page = await (await get(`/-/explain?selector=${encodeURIComponent(`"${evil}`)}`)).text();
    expect(page).not.toContain('<script>alert');
    expect(page).not.toContain('<img');
    expect(page).toContain('1 more series fit; add labels to the selector.');
  });

  it.each(allPages)('%s load nothing from elsewhere and run nothing inline', async (path) => {
    const { get } = await serveStatus(createFakeStatus().source);
    const answer = await get(path);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    const page = await answer.text();
    expect(page).not.toMatch(/https?:\/\/|<style|style=|javascript:|\son\w+=/);
    for (const link of ['/metrics', '/-/ready', '/-/healthy', '/api/v1/status'])
      expect(page).toContain(`href="${link}"`);
  });

  it('serve their own files under addresses that name the content', async () => {
    const { get } = await serveStatus(createFakeStatus().source);
    const page = await (await get('/')).text();
    expect(assets.map(({ type }) => type)).toEqual(['text/css', 'text/javascript']);
    for (const { path, type } of assets) {
      expect(page).toContain(`"${path}"`);
      const answer = await get(path);
      expect(answer.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
      expect(answer.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
      expect((await answer.text()).length).toBeGreaterThan(1_000);
    }
  });

  it('have a script that is JavaScript', () => {
    const source = assets.find(({ type }) => type === 'text/javascript')?.body.toString() ?? '(';
    expect(() => new Script(source)).not.toThrow();
  });

  it('put what is wrong first, with code, words, remedy, who suffers and since when', async () => {
    const row = { ...problem, title: 'Gone', message: 'The queue is gone.', remedy: 'Remove it.' };
    const names = { metrics: { shown: ['demo'], total: 7 }, resources: { shown: ['sub/queue'], total: 1 } };
    const { source } = createFakeStatus({ overview: () => anOverview({ problems: pageWith({ ...row, ...names }) }) });
    const page = await (await (await serveStatus(source)).get('/')).text();
    const text = page.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ');
    expect(text).toContain(
      'Problems Error AZ3404 Gone The queue is gone. What to do: Remove it. Metrics: demo and 6 more Resources: sub/queue 3 items affected. Began 1 min 30 s ago.',
    );
    expect(page.indexOf('id="problems-title"')).toBeLessThan(page.indexOf('id="schedules-title"'));
  });

  it('do not say since when where that is not kept', async () => {
    const { sinceMs: _sinceMs, ...row } = { ...problem, message: 'Azure failed.', remedy: 'Wait.', items: 0 };
    const { source } = createFakeStatus({ overview: () => anOverview({ problems: pageWith(row) }) });
    const page = await (await (await serveStatus(source)).get('/')).text();
    expect(page).toContain('Azure failed.');
    expect(page).not.toMatch(/Began|Since/);
  });

  it('show discovery, sinks and configuration only when there is something to show', async () => {
    const { get } = await serveStatus(createFakeStatus().source);
    const page = await (await get('/')).text();
    for (const name of ['discovery', 'sinks', 'configuration']) expect(page).not.toContain(`id="${name}-title"`);
    const full = await (await (await serveStatus(everythingEvil())).get('/')).text();
    for (const name of ['discovery', 'sinks', 'configuration']) expect(full).toContain(`id="${name}-title"`);
  });

  it('tell of a refused reload, and that the old configuration stays', async () => {
    const lastReload = { atMs: noonMs - 60_000, accepted: false, problems: [] };
    const configuration = {
      files: ['runtime.yaml'],
      loadedMs: noonMs - 3_600_000,
      hash: 'abc',
      problems: [],
      lastReload,
    };
    const { source } = createFakeStatus({ overview: () => anOverview({ configuration }) });
    const page = await (await (await serveStatus(source)).get('/')).text();
    const text = page.replace(/<[^>]*>/g, '');
    expect(text).toContain('In force since 1 h ago, digest abc, without problems.');
    expect(text).toContain('Last reload 1 min ago: refused; what was in force before stays.');
  });
});

describe('an explanation', () => {
  it('stays readable: five series and fifty buckets in full, links to the others', async () => {
    const buckets = Array.from({ length: 720 }, (_, index) => ({
      start: new Date(noonMs + index * 60_000).toISOString(),
      end: new Date(noonMs + (index + 1) * 60_000).toISOString(),
      value: index,
      verdict: index === 719 ? ('chosen' as const) : ('older' as const),
    }));
    const explanations = Array.from({ length: 20 }, (_, index) => ({ ...anExplanation(`s${index}`), buckets }));
    const { source } = createFakeStatus({ explain: () => ({ explanations, found: 25 }) });
    const page = await (await (await serveStatus(source)).get('/-/explain?selector=demo')).text();
    expect(page.match(/<section/g)).toHaveLength(6);
    expect(page.match(/<td>older</g)).toHaveLength(5 * 49);
    expect(page).toContain('Buckets that came, oldest first; 670 older ones are left out');
    expect(page).toContain('href="/-/explain?selector=demo%7Ba%3D%22s19%22%7D"');
    expect(page).toContain('5 more series fit; add labels to the selector.');
    expect(page.length).toBeLessThan(200_000);
  });

  it('refuses a selector in words', async () => {
    const { source } = createFakeStatus({ explain: () => ({ problem: 'No selector.' }) });
    const page = await (await (await serveStatus(source)).get('/-/explain?selector=%7B')).text();
    expect(page).toContain('<p role="alert" class="bad">No selector.</p>');
  });
});

describe('what is asked for', () => {
  it('is a page, a text, a metric and an outcome', async () => {
    const { source, asked } = createFakeStatus();
    const { get } = await serveStatus(source);
    await get('/-/series?page=3&q=+orders+&metric=demo&outcome=failing');
    await get('/api/v1/series?outcome=failing');
    await get('/-/groups?q=batch');
    expect(asked).toEqual([
      { page: 3, text: 'orders', metric: 'demo', outcome: 'failing' },
      { page: 1, text: '', metric: '', outcome: 'failing' },
      { page: 1, text: 'batch' },
    ]);
  });

  it.each(['page=0', 'page=-1', 'page=1.5', 'page=x', `q=${'a'.repeat(201)}`, 'q=a&q=b', 'outcome=toString', 'q[a]=b'])(
    'counts as empty when it makes no sense: %s',
    async (query) => {
      const { source, asked } = createFakeStatus();
      await (await serveStatus(source)).get(`/-/series?${query}`);
      expect(asked).toEqual([{ page: 1, text: '', metric: '', outcome: '' }]);
    },
  );

  it('stays in the links to other pages', async () => {
    const page = { rows: [series], total: 120, page: 2, pages: 3 };
    const { source } = createFakeStatus({ series: () => Promise.resolve(page) });
    const text = await (await (await serveStatus(source)).get('/-/series?page=2&q=a%26b&outcome=failing')).text();
    expect(text).toContain('href="/-/series?q=a%26b&#38;outcome=failing&#38;page=1"');
    expect(text).toContain('href="/-/series?q=a%26b&#38;outcome=failing&#38;page=3"');
    expect(text).toContain('Page 2 of 3');
    expect(text).toContain('120 series.');
  });
});

describe('the JSON twins', () => {
  it('give the overview and the series as they are', async () => {
    const { source } = createFakeStatus({ series: () => Promise.resolve(pageWith(series)) });
    const { get } = await serveStatus(source);
    const status = await get('/api/v1/status');
    expect(status.headers.get('cache-control')).toBe('no-store');
    expect(await status.json()).toEqual(anOverview());
    expect(await (await get('/api/v1/series')).json()).toEqual(pageWith(series));
  });
});

describe('behind a password', () => {
  it('is every page, asset and answer', async () => {
    const word = await hash('right', 4);
    const users = new Map([['oncall', secret(() => word)]]);
    const { get } = await serveStatus(createFakeStatus().source, { users: () => users });
    const authorization = `Basic ${Buffer.from('oncall:right').toString('base64')}`;
    for (const path of [...allPages, ...assets.map((asset) => asset.path), '/api/v1/status', '/api/v1/series']) {
      expect([path, (await get(path)).status]).toEqual([path, 401]);
      expect([path, (await get(path, { headers: { authorization } })).status]).toEqual([path, 200]);
    }
  });
});
