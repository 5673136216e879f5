import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Asked, type Pause, type Rule, type SeriesOfWorld, valueToShow } from './arithmetic.ts';
import { type Proof, prove, resourceUri, subscription, tenant, worldOf } from './in-process.ts';

const minute = 60_000;
const second = '55555555-5555-5555-5555-555555555555';

const rules: readonly (Rule & { readonly name: string; readonly pause?: Pause })[] = [
  { name: 'constant', kind: 'constant', value: 12.5 },
  { name: 'sine', kind: 'sine', base: 100, amplitude: 60, period: 45 },
  { name: 'walk', kind: 'walk', base: 500, amplitude: 300, step: 5 },
  { name: 'spike', kind: 'spike', base: 0, height: 40, every: 9, length: 2 },
  { name: 'counter', kind: 'counter', perMinute: 3, resetEvery: 31 },
  { name: 'gaps', kind: 'sine', base: 50, amplitude: 20, period: 20, pause: { every: 13, length: 3 } },
];

const shapes: readonly (Asked & { readonly split: readonly string[] })[] = [
  { kind: 'Average', interval: 1, delay: 1, lag: 1, alignment: 'minute', split: ['Zone'] },
  { kind: 'Total', interval: 5, delay: 1, lag: 1, alignment: 'minute', split: [] },
  { kind: 'Maximum', interval: 15, delay: 0, lag: 0, alignment: 'minute', split: ['Tier', 'Zone'] },
  { kind: 'Minimum', interval: 60, delay: 3, lag: 2, alignment: 'minute', split: ['Tier'] },
  { kind: 'Count', interval: 5, delay: 1, lag: 4, alignment: 'grain', split: ['Zone'] },
  { kind: 'Average', interval: 1, delay: 1, lag: 4, alignment: 'minute', split: [] },
];

const dimensions: Readonly<Record<string, readonly string[]>> = { Tier: ['Hot', 'Cold'], Zone: ['1', '2', '3'] };

/** One metric of the declaration on a resource of its own, and the series that it must show. */
interface Subject {
  readonly name: string;
  readonly path: string;
  readonly subscriptionId: string;
  readonly rule: (typeof rules)[number];
  readonly shape: (typeof shapes)[number];
}

const subjects: readonly Subject[] = rules.flatMap((rule, ruleAt) =>
  shapes.map((shape, shapeAt) => ({
    name: `${rule.name}_${shapeAt}`,
    path: `Microsoft.Compute/virtualMachineScaleSets/${rule.name}-${shapeAt}`,
    subscriptionId: (ruleAt + shapeAt) % 2 === 0 ? subscription : second,
    rule,
    shape,
  })),
);

const clockText = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}:00`;

const world = worldOf({
  subscriptions: [{ id: subscription }, { id: second }],
  resourceGroups: [
    { name: 'contoso', subscription },
    { name: 'contoso', subscription: second },
  ],
  resources: subjects.map(({ path, subscriptionId, rule: { name: _name, pause, ...generator }, shape }) => ({
    type: 'Microsoft.Compute/virtualMachineScaleSets',
    name: path.split('/').at(-1),
    subscription: subscriptionId,
    metrics: [
      {
        name: 'Load',
        generator,
        dimensions: Object.entries(dimensions).map(([name, values]) => ({ name, values })),
        lag: `PT${shape.lag}M`,
        ...(pause === undefined ? {} : { gaps: [pause] }),
      },
    ],
  })),
});

const metrics = subjects.map(({ name, path, subscriptionId, shape }) => ({
  name,
  description: name,
  resourceType: 'VirtualMachineScaleSet',
  azureMetricConfiguration: {
    metricName: 'Load',
    aggregation: { type: shape.kind, interval: clockText(shape.interval) },
    dimensions: shape.split.map((dimension) => ({ name: dimension })),
    delay: clockText(shape.delay),
    alignment: shape.alignment,
  },
  resources: [{ scaleSetName: path.split('/').at(-1), subscriptionId }],
}));

/** Every combination of values of the dimensions. */
function combinations(names: readonly string[]): [string, string][][] {
  let lists: [string, string][][] = [[]];
  for (const name of names)
    lists = lists.flatMap((list) =>
      (dimensions[name] ?? []).map((value): [string, string][] => [...list, [name, value]]),
    );
  return lists;
}

const seriesOf = new Map(
  subjects.map(({ name, path, subscriptionId, rule }) => [
    name,
    combinations(Object.keys(dimensions)).map(
      (values): SeriesOfWorld => ({
        seed: 7,
        uri: resourceUri(path, subscriptionId),
        metric: 'Load',
        dimensions: values,
        rule,
        pause: rule.pause,
      }),
    ),
  ]),
);

/** What a subject must show: value by the text of its dimension values. */
function expected({ name, shape }: Subject, nowMs: number): Record<string, number | undefined> {
  return Object.fromEntries(
    combinations(shape.split).map((values) => {
      const chosen = (seriesOf.get(name) ?? []).filter((series) =>
        values.every(([dimension, value]) => series.dimensions.some(([n, v]) => n === dimension && v === value)),
      );
      return [values.map(([, value]) => value).join(' '), valueToShow(chosen, shape, nowMs)];
    }),
  );
}

let proof: Proof;
beforeAll(async () => {
  proof = await prove({ world, declaration: { metrics } });
});
afterAll(() => proof.close());

describe('every series of a world', () => {
  /** Minutes between the runs: each minute of an hour's quarter, then leaps. */
  const waits = [0, ...Array.from({ length: 14 }, () => 1), 7, 61];

  it.each(waits.map((wait, at) => [at + 1, wait] as const))(
    'has its value in run %i, %i min later',
    async (_, wait) => {
      expect(await proof.run(wait * minute)).toEqual({ succeeded: subjects.length, failed: 0 });
      for (const subject of subjects) {
        const shown = (await proof.lines(subject.name)).map(({ labels, value }) => [
          subject.shape.split.map((dimension) => labels[dimension.toLowerCase()]).join(' '),
          value,
        ]);
        expect([subject.name, Object.fromEntries(shown)]).toEqual([subject.name, expected(subject, proof.now())]);
      }
    },
  );

  it('takes one call for each metric and resource', () => {
    expect(proof.calls('metrics')).toHaveLength(subjects.length);
    expect(proof.calls('definitions')).toEqual([]);
  });

  it('says which subscription it is of, and always which tenant', async () => {
    for (const subject of subjects) {
      for (const { labels } of await proof.lines(subject.name)) {
        expect(labels).toMatchObject({
          subscription_id: subject.subscriptionId,
          resource_uri: resourceUri(subject.path, subject.subscriptionId),
          tenant_id: tenant,
        });
      }
    }
  });

  it('tells what each subscription still allows', async () => {
    const allowed = await proof.values('azimuth_ratelimit_arm', 'subscription_id');
    expect(Object.keys(allowed).sort()).toEqual([subscription, second]);
  });
});
