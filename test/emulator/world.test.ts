import { describe, expect, it } from 'vitest';
import { parseWorld } from '../../src/emulator/world/parse.ts';
import { indexOf } from '../../src/emulator/world/resolve.ts';
import { worldJsonSchema } from '../../src/emulator/world/schema.ts';
import { bus, demoWorld, group, subscription, tenant, worldOf } from './support.ts';

const minimal = `
tenants: [{ id: ${tenant} }]
subscriptions: [{ id: ${subscription} }]
resourceGroups: [{ name: rg }]
`;

const problems = (text: string): readonly string[] => {
  const parsed = parseWorld(text);
  return 'problems' in parsed ? parsed.problems : [];
};

describe('world file', () => {
  it('needs no more than a tenant, a subscription and a group', () => {
    expect(worldOf(minimal).limits.arm).toEqual({ burst: 250, perSecond: 25 });
  });

  it('may be JSON', () => {
    const text = JSON.stringify({
      tenants: [{ id: tenant }],
      subscriptions: [{ id: subscription }],
      resourceGroups: [{ name: 'rg' }],
    });
    expect(worldOf(text).resourceGroups[0]).toEqual({
      name: 'rg',
      subscriptionId: subscription,
      region: 'westeurope',
      tags: {},
    });
  });

  it.each([
    [`${minimal}colour: red`, ['colour: there is no such key here.']],
    [`${minimal}seed: x`, ['seed: Invalid input: expected number, received string.']],
    [
      `${minimal}resources: [{ type: A.B/c, name: n, region: mars }]`,
      ['resources[0].region: "mars" is not one of the regions of this world (westeurope).'],
    ],
    [
      `${minimal}resources: [{ type: A.B/c/d, name: n }]`,
      ['resources[0].name: "n" needs 2 part(s) divided by "/", as the type A.B/c/d has.'],
    ],
    [
      `${minimal}resources: [{ type: A.B/c, name: n, resourceGroup: other }]`,
      ['resources[0].resourceGroup: the world has no resource group "other" there.'],
    ],
    [
      `${minimal}resources: [{ type: A.B/c, name: n, count: 2 }]`,
      [
        'resources[0].name: with count, write {n} where the number goes.',
        `resources: /subscriptions/${subscription}/resourceGroups/rg/providers/A.B/c/n is declared twice.`,
      ],
    ],
    [
      `${minimal}identities: [{ name: a, kind: systemAssigned, clientId: ${tenant}, roles: [{ role: King }] }]`,
      [
        'identities[0].roles[0].role: "King" is not a built-in role here (Owner, Contributor, Reader, Monitoring Reader, Monitoring Contributor, Log Analytics Reader, Monitoring Metrics Publisher, Storage Queue Data Reader); give its actions.',
      ],
    ],
    [
      `${minimal}workspaces: [{ resource: log }]`,
      ['workspaces[0].resource: the world has no Log Analytics workspace named "log".'],
    ],
    [
      `${minimal}metrics: { A.B/c: [{ name: m, lag: soon, generator: { kind: constant, value: 1, step: 2 } }] }`,
      [
        'metrics.A.B/c[0].generator.step: there is no such key here.',
        'metrics.A.B/c[0].lag: write an ISO 8601 duration such as PT2M.',
      ],
    ],
  ])('explains what is wrong (%#)', (text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  it('explains text that is no YAML', () => {
    expect(problems('a: [')[0]).toMatch(/^The world file is not valid YAML: /);
  });

  it('multiplies resources and dimension values', () => {
    const world = worldOf(`${minimal}
resources: [{ type: A.B/c, name: 'n-{n}', count: 3 }]
metrics: { a.b/C: [{ name: m, dimensions: [{ name: D, values: { prefix: v, count: 4 } }] }] }`);
    expect(world.resources.map(({ name }) => name)).toEqual(['n-0', 'n-1', 'n-2']);
    const [resource] = world.resources;
    const found = resource && indexOf(world).metric(resource, 'M');
    expect(found?.series.map(({ values }) => values)).toEqual([['v0'], ['v1'], ['v2'], ['v3']]);
  });

  it('has a JSON Schema with every section', () => {
    expect(worldJsonSchema()).toMatchObject({ properties: { resources: { type: 'array' }, limits: {}, variants: {} } });
  });
});

describe('metrics of a resource', () => {
  const index = indexOf(demoWorld());

  it('come from the catalogue, the type and the resource, in this order', () => {
    const resource = index.resource(bus.toUpperCase());
    const names = resource && index.metrics(resource).map(({ name }) => name);
    expect(names?.slice(0, 4)).toEqual(['ActiveMessages', 'DeadletteredMessages', 'ScheduledMessages', 'Messages']);
    const active = resource && index.metric(resource, 'activemessages');
    expect(active?.metric).toMatchObject({ name: 'ActiveMessages', generator: { base: 40 }, lagMs: 60_000 });
    expect(active?.series.map(({ values }) => values[0])).toContain('price-changes');
  });

  it('exist for the services of a storage account without being declared', () => {
    const blobs = index.resource(`${group}/providers/Microsoft.Storage/storageAccounts/stshopweu/blobServices/default`);
    expect(blobs && index.metric(blobs, 'BlobCount')?.metric.grains).toEqual(['PT1H', 'PT6H', 'PT12H', 'P1D']);
    expect(index.resource(`${bus}/blobServices/default`)).toBeUndefined();
  });
});
