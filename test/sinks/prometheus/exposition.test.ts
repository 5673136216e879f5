import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FakeResponse } from './fake-response.ts';
import { parse } from './parse.ts';
import { nowMs, openmetrics, setup, slot } from './setup.ts';

function golden(name: string): string {
  return readFileSync(new URL(`../../golden/prometheus/${name}`, import.meta.url), 'utf8');
}

const subscription = '22222222-2222-2222-2222-222222222222';

function writeMixed({ store }: ReturnType<typeof setup>): void {
  store.replace(
    slot({
      family: { name: 'Contoso_odd', help: 'Says "hello", uses \\ and\nlines: ümläut' },
      dimensionLabels: ['name', 'code'],
      series: [
        { dimensionValues: ['a"b\\c\nd', '200'], value: 1e21 },
        { dimensionValues: ['日本 😀 $& \ud800', ''], value: null },
        { dimensionValues: ['plus', 'x'], value: Number.POSITIVE_INFINITY },
        { dimensionValues: ['minus', 'x'], value: Number.NEGATIVE_INFINITY },
      ],
    }),
  );
  const series = [{ dimensionValues: [], value: 0.25 }];
  store.replace(slot({ owner: 'other', family: { name: 'bare', help: '' }, labels: [], series }));
}

const ownMetrics = () => Promise.resolve('# HELP own Own\n# TYPE own gauge\nown 1\n\n# EOF\n');

describe('text of an exposition', () => {
  it('is what Promitor prints for a series without dimensions, byte by byte', async () => {
    const { store, scrape } = setup({ timestamps: 'run' });
    store.replace(
      slot({
        family: { name: 'contoso_servicebus_active_messages', help: 'Active messages per entity' },
        labels: [
          ['resource_group', 'contoso-prod'],
          ['subscription_id', subscription],
          [
            'resource_uri',
            `subscriptions/${subscription}/resourceGroups/contoso-prod/providers/Microsoft.ServiceBus/namespaces/contoso-messaging`,
          ],
          ['instance_name', 'contoso-messaging'],
          ['entity_name', 'orders'],
          ['tier', 'messaging'],
          ['team', 'platform'],
          ['tenant_id', '11111111-1111-1111-1111-111111111111'],
        ],
        series: [{ dimensionValues: [], value: 12, bucketEndMs: nowMs - 1 }],
      }),
    );
    expect(await scrape()).toBe(golden('promitor.txt'));
  });

  it('escapes, spells numbers and orders families as text 0.0.4 wants', async () => {
    const made = setup({ ownMetrics });
    writeMixed(made);
    expect(await made.scrape()).toBe(golden('mixed.txt'));
  });

  it('escapes quotes in HELP and ends with one end marker in OpenMetrics', async () => {
    const made = setup({ ownMetrics });
    writeMixed(made);
    expect(await made.scrape({ accept: openmetrics })).toBe(golden('mixed.openmetrics.txt'));
  });

  it('is the same with and without gzip', async () => {
    const made = setup({ ownMetrics });
    writeMixed(made);
    for (const accept of ['text/plain', openmetrics]) {
      expect(await made.scrape({ accept, acceptEncoding: 'gzip' })).toBe(await made.scrape({ accept }));
    }
  });

  it('is valid without any series', async () => {
    const { scrape } = setup();
    expect(await scrape({ acceptEncoding: 'gzip' })).toBe('');
    expect(await scrape({ accept: openmetrics, acceptEncoding: 'gzip' })).toBe('# EOF\n');
  });

  it('lower-cases label values on demand, and nothing else', async () => {
    const { store, scrape } = setup({ labelTransformation: 'Lowercase' });
    const series = [
      { dimensionValues: ['GET\nÄ'], value: 1 },
      { dimensionValues: ['Put'], value: 2 },
    ];
    store.replace(
      slot({ family: { name: 'Fam', help: 'HELP' }, labels: [['a', 'Größe Ü']], dimensionLabels: ['d'], series }),
    );
    expect(await scrape()).toBe(
      '# HELP Fam HELP\n# TYPE Fam gauge\nFam{a="größe ü",d="get\\nä"} 1\nFam{a="größe ü",d="put"} 2\n',
    );
  });

  it('shows the unavailable value for a series without data', async () => {
    const { store, scrape } = setup({ unavailableValue: -1 });
    store.replace(slot({ series: [{ dimensionValues: [], value: null }] }));
    expect(await scrape()).toContain('family{resource_group="rg"} -1\n');
  });

  it('leaves out an own family whose name is scraped, and says so', async () => {
    const collisions: string[] = [];
    const { store, scrape } = setup({ ownMetrics, onCollision: (name) => collisions.push(name) });
    store.replace(slot({ family: { name: 'own', help: '' } }));
    expect(parse(await scrape()).types).toEqual([['own', 'gauge']]);
    expect(collisions).toEqual(['own']);
  });
});

describe('headers', () => {
  it('name the format, and what the answer depends on', async () => {
    const { exposition } = setup();
    const answer = async (accept: string, acceptEncoding: string) => {
      const response = new FakeResponse();
      await exposition.serve({ accept, acceptEncoding }, response);
      return response.headers;
    };
    expect(await answer('text/plain', '')).toEqual({
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      vary: 'Accept, Accept-Encoding',
    });
    expect(await answer(openmetrics, 'gzip')).toEqual({
      'content-type': 'application/openmetrics-text; version=1.0.0; charset=utf-8',
      vary: 'Accept, Accept-Encoding',
      'content-encoding': 'gzip',
      'content-length': expect.any(Number),
    });
  });
});

describe('timestamps', () => {
  const series = [
    { dimensionValues: ['fresh'], value: 1, bucketEndMs: nowMs - 1500 },
    { dimensionValues: ['edge'], value: 2, bucketEndMs: nowMs - 270_000 },
    { dimensionValues: ['old'], value: 3, bucketEndMs: nowMs - 270_001 },
    { dimensionValues: ['none'], value: null },
  ];
  const stamps = (text: string) =>
    Object.fromEntries(parse(text.replace('# EOF\n', '')).samples.map((one) => [one.labels['d'], one.timestamp]));

  it('are the end of the bucket, left out and counted when older than 4 min 30 s', async () => {
    const counts: number[] = [];
    const { store, scrape } = setup({ timestamps: 'bucket', onOmittedTimestamp: (count) => counts.push(count) });
    store.replace(slot({ dimensionLabels: ['d'], series }));
    expect(stamps(await scrape())).toEqual({
      fresh: String(nowMs - 1500),
      edge: String(nowMs - 270_000),
      old: undefined,
      none: undefined,
    });
    expect(stamps(await scrape({ accept: openmetrics }))['fresh']).toBe('1767225598.5');
    expect(counts).toEqual([1, 1]);
  });

  it('leave a compressed answer too when they grow old', async () => {
    const counts: number[] = [];
    const { store, clock, exposition, scrape } = setup({
      timestamps: 'bucket',
      onOmittedTimestamp: (count) => counts.push(count),
    });
    store.replace(slot({ dimensionLabels: ['d'], series: series.slice(0, 1) }));
    await exposition.refresh();
    expect(stamps(await scrape({ accept: openmetrics, acceptEncoding: 'gzip' }))['fresh']).toBe('1767225598.5');
    clock.ms += 270_000 - 1500;
    expect(stamps(await scrape({ accept: openmetrics, acceptEncoding: 'gzip' }))['fresh']).toBe('1767225598.5');
    clock.ms += 1;
    expect(stamps(await scrape({ accept: openmetrics, acceptEncoding: 'gzip' }))['fresh']).toBeUndefined();
    expect(counts).toEqual([1]);
  });

  it('count all series of a slot whose bucket is old', async () => {
    const counts: number[] = [];
    const { store, scrape } = setup({ timestamps: 'bucket', onOmittedTimestamp: (count) => counts.push(count) });
    const old = ['a', 'b', 'c'].map((value) => ({ dimensionValues: [value], value: 1, bucketEndMs: 5 }));
    store.replace(slot({ dimensionLabels: ['d'], series: old }));
    await scrape({ acceptEncoding: 'gzip' });
    expect(counts).toEqual([3]);
  });

  it('are the time of the run, also without data', async () => {
    const { store, scrape } = setup({ timestamps: 'run' });
    store.replace(slot({ dimensionLabels: ['d'], series, runMs: nowMs - 7 }));
    expect(new Set(Object.values(stamps(await scrape())))).toEqual(new Set([String(nowMs - 7)]));
    expect(stamps(await scrape({ accept: openmetrics }))['old']).toBe('1767225599.993');
  });
});
