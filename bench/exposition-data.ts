import type { LabelPair } from '../src/core/labels.ts';
import type { SlotWrite } from '../src/store/ports.ts';

/** How many series, and how they fall into slots. */
export interface Shape {
  readonly series: number;
  /** Series of one slot: values of its dimension. With 1 there is no dimension but a seventh shared label. */
  readonly perSlot: number;
}

const families = Array.from({ length: 20 }, (_, index) => ({
  name: `contoso_storage_account_transactions_${String(index).padStart(2, '0')}`,
  help: `Transactions of a storage account, part ${index}`,
}));

/** Every name that a series of this shape has, dimension last. */
export const labelNames = [
  'tenant_id',
  'team',
  'subscription_id',
  'resource_uri',
  'resource_group',
  'instance_name',
  'apiname',
];

/** A cheap generator of numbers between 0 and 1, the same in every run. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Labels of a resource; `resource_uri` has about 158 characters. */
function resourceLabels(resource: number): LabelPair[] {
  const group = `contoso-production-westeurope-${resource % 50}`;
  const account = `contosostorageaccount${String(resource).padStart(8, '0')}`;
  const subscription = '22222222-2222-2222-2222-222222222222';
  return [
    ['resource_group', group],
    ['subscription_id', subscription],
    [
      'resource_uri',
      `subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Storage/storageAccounts/${account}`,
    ],
    ['instance_name', account],
    ['team', 'platform'],
    ['tenant_id', '11111111-1111-1111-1111-111111111111'],
  ];
}

/** All slots of a shape, one after another, with fresh values; nothing is kept of them here. */
export function* slots(shape: Shape, seed: number, resources: readonly LabelPair[][]): Generator<SlotWrite> {
  const random = createRandom(seed);
  const runMs = 1_767_225_600_000 + seed;
  for (const [resource, labels] of resources.entries()) {
    for (const family of families) {
      const series = Array.from({ length: shape.perSlot }, (_, row) => ({
        dimensionValues: shape.perSlot > 1 ? [`Operation${resource % 97}-${row}`] : [],
        value: Math.round(random() * 1e8) / 1000,
        bucketEndMs: runMs,
      }));
      const dimensionLabels = shape.perSlot > 1 ? ['apiname'] : [];
      const owner = `${family.name}/${labels[2]?.[1]}`;
      yield { owner, family, labels, dimensionLabels, series, runMs, staleAtMs: runMs + 900_000 };
    }
  }
}

/** Labels of every resource of a shape; the program's plan holds these too. */
export function resourcesOf(shape: Shape): LabelPair[][] {
  const count = Math.max(1, Math.round(shape.series / shape.perSlot / families.length));
  return Array.from({ length: count }, (_, resource) =>
    shape.perSlot > 1 ? resourceLabels(resource) : [...resourceLabels(resource), ['apiname', 'All'] as const],
  );
}
