import { describe, expect, it } from 'vitest';
import { loadConfiguration } from '../../src/config/load.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { declarationText } from './support/declare.ts';
import { memoryFiles } from './support/memory-files.ts';

const file = '/conf/resource-discovery-declaration.yaml';

/** A declaration whose metric names groups, with text at its end. */
function withGroups(names: readonly string[], end = ''): string {
  const groups = `    resourceDiscoveryGroups: [${names.map((name) => `{name: ${name}}`).join(', ')}]`;
  return `${declarationText({ metric: groups })}\n${end}`;
}

function load(declaration: string, discovery?: string, runtime = 'authentication: {mode: SdkDefault}\n') {
  const files = {
    '/conf/runtime.yaml': runtime,
    '/conf/metrics-declaration.yaml': declaration,
    ...(discovery === undefined ? {} : { [file]: discovery }),
  };
  const read = loadConfiguration({ folderFlag: '/conf', env: {}, fileSystem: memoryFiles(files) });
  return { ...read, texts: read.problems.map(formatProblem) };
}

const none = { subscriptions: [], resourceGroups: [], regions: [], names: [], tags: [] };
const caches = 'resourceDiscoveryGroups: [{name: caches, type: RedisCache}]\n';
const cachesGroup = { name: 'caches', resourceType: 'RedisCache', armTypes: [], include: none, exclude: none };

/** In the shape of the sample that Promitor's documentation has. */
const promitorSample = `version: v1
azureLandscape:
  tenantId: 0d3a7c1e
  subscriptions:
  - sub-one
  - sub-two
  cloud: Global
resourceDiscoveryGroups:
- name: container-registry-landscape
  type: ContainerRegistry
- name: filtered-logic-apps
  type: LogicApp
  criteria:
    include:
      subscriptions:
      - sub-one
      resourceGroups:
      - northwind-api
      - northwind-web
      tags:
        app: northwind
        region: ^(eu|us)$
      regions:
      - northeurope
`;

describe('the resource discovery declaration', () => {
  it('is taken as Promitor has it', () => {
    const { texts, declaration, files } = load(declarationText(), promitorSample);
    expect(texts).toEqual([]);
    expect(files).toEqual(['/conf/runtime.yaml', '/conf/metrics-declaration.yaml', file]);
    expect(declaration?.discovery).toEqual({
      landscapes: [{ tenantId: '0d3a7c1e', subscriptions: ['sub-one', 'sub-two'] }],
      groups: [
        { ...cachesGroup, name: 'container-registry-landscape', resourceType: 'ContainerRegistry' },
        {
          ...cachesGroup,
          name: 'filtered-logic-apps',
          resourceType: 'LogicApp',
          include: {
            subscriptions: ['sub-one'],
            resourceGroups: ['northwind-api', 'northwind-web'],
            regions: ['northeurope'],
            names: [],
            tags: [
              { name: 'app', pattern: 'northwind' },
              { name: 'region', pattern: '^(eu|us)$' },
            ],
          },
        },
      ],
    });
  });

  it('compares keys and enums without case', () => {
    const text =
      'AZURELANDSCAPE: {TenantId: t, subscriptions: [s]}\nresourcediscoverygroups: [{NAME: caches, Type: REDISCACHE}]\n';
    const { texts, declaration } = load(withGroups(['Caches']), text);
    expect(texts).toEqual([]);
    expect(declaration?.discovery?.groups).toEqual([cachesGroup]);
    expect(declaration?.metrics[0]?.resourceDiscoveryGroups).toEqual(['Caches']);
  });

  it('takes what Promitor does not have', () => {
    const text = `azureLandscape:
  tenantId: t
  subscriptions: [s]
  additionalTenants: [{tenantId: u, subscriptions: [v, w]}]
resourceDiscoveryGroups:
  - name: sites
    type: Generic
    armTypes: [Microsoft.Web/staticSites]
    criteria:
      include: {names: [shop-.*]}
      exclude: {subscriptions: [v], resourceGroups: [old], regions: [West Europe], names: [.*-test], tags: {env: dev|test}}
      query: sku.name != 'Free'
`;
    expect(load(declarationText(), text).declaration?.discovery).toEqual({
      landscapes: [
        { tenantId: 't', subscriptions: ['s'] },
        { tenantId: 'u', subscriptions: ['v', 'w'] },
      ],
      groups: [
        {
          name: 'sites',
          resourceType: 'Generic',
          armTypes: ['Microsoft.Web/staticSites'],
          include: { ...none, names: ['shop-.*'] },
          exclude: {
            subscriptions: ['v'],
            resourceGroups: ['old'],
            regions: ['westeurope'],
            names: ['.*-test'],
            tags: [{ name: 'env', pattern: 'dev|test' }],
          },
          condition: "sku.name != 'Free'",
        },
      ],
    });
  });

  it('may be left out, and with it everything about discovery', () => {
    expect(load(declarationText()).declaration).not.toHaveProperty('discovery');
  });

  it('may stand inside the metrics declaration', () => {
    const { texts, declaration } = load(withGroups(['caches'], caches));
    expect(texts).toEqual([]);
    expect(declaration?.discovery).toEqual({
      landscapes: [{ tenantId: 'tenant', subscriptions: ['subscription'] }],
      groups: [cachesGroup],
    });
  });
});

describe('where resources are looked for', () => {
  it('without a landscape is the default subscription, and what criteria name', () => {
    const groups = `resourceDiscoveryGroups:
  - {name: a, type: RedisCache, criteria: {include: {subscriptions: [other, SUBSCRIPTION]}}}
  - {name: b, type: RedisCache, criteria: {include: {subscriptions: [Other, third]}, exclude: {subscriptions: [fourth]}}}
`;
    expect(load(declarationText(), groups).declaration?.discovery?.landscapes).toEqual([
      { tenantId: 'tenant', subscriptions: ['subscription', 'other', 'third'] },
    ]);
  });

  it('may stand in the other file than the groups', () => {
    const landscape = 'azureLandscape: {tenantId: t, subscriptions: [s]}\n';
    const wanted = [{ tenantId: 't', subscriptions: ['s'] }];
    expect(load(withGroups(['caches'], landscape), caches).declaration?.discovery?.landscapes).toEqual(wanted);
    expect(load(withGroups(['caches'], caches), landscape).declaration?.discovery?.landscapes).toEqual(wanted);
  });

  it('is said once', () => {
    const landscape = 'azureLandscape: {tenantId: t, subscriptions: [s]}\n';
    const { texts, declaration, invalidMetrics } = load(withGroups(['caches'], landscape), `${landscape}${caches}`);
    expect(texts).toEqual([
      `/conf/metrics-declaration.yaml:23:17: error AZ1156: \`azureLandscape\` stands in ${file}, line 1, too; keep one of the two.`,
    ]);
    expect(declaration).not.toHaveProperty('discovery');
    expect(invalidMetrics.map(({ name, problems }) => [name, problems.map(({ code }) => code)])).toEqual([
      ['redis_hits', ['AZ1156']],
    ]);
  });
});

describe('a group that a metric names', () => {
  it('is defined once in both files, whatever its case; the first is used', () => {
    const second = 'resourceDiscoveryGroups: [{name: CACHES, type: KeyVault}]\n';
    const { texts, declaration } = load(withGroups(['caches'], second), caches);
    expect(texts).toEqual([
      `/conf/metrics-declaration.yaml:23:34: error AZ1150: The resource discovery group \`CACHES\` is already defined in ${file}, line 1; that one is used.`,
    ]);
    expect(declaration?.discovery?.groups).toEqual([cachesGroup]);
    expect(declaration?.metrics).toHaveLength(1);
  });

  it('may be one of a discovery agent', () => {
    const runtime = 'authentication: {mode: SdkDefault}\nresourceDiscovery: {host: agent}\n';
    const { texts, declaration } = load(withGroups(['unheard-of']), undefined, runtime);
    expect(texts).toEqual([]);
    expect(declaration?.metrics[0]?.resourceDiscoveryGroups).toEqual(['unheard-of']);
  });

  it('may be one of an agent that a broken runtime file may name', () => {
    expect(load(withGroups(['unheard-of']), undefined, 'a: [\n').problems.map(({ code }) => code)).toEqual(['AZ1001']);
  });

  it('leaves its metric out when it is broken, for the reason given there', () => {
    const broken = caches.replace('RedisCache', 'RedisCash');
    const { texts, invalidMetrics, refusal } = load(withGroups(['caches']), broken);
    expect(texts).toEqual([
      `${file}:1:48: error AZ1012: \`RedisCash\` is not a valid \`type\`: it must be a resource type; did you mean \`RedisCache\`?`,
    ]);
    expect(invalidMetrics.map(({ problems }) => problems.map(({ code }) => code))).toEqual([['AZ1012']]);
    expect(refusal?.message).toBe('No metric of the declaration is valid; mend at least one and start again.');
  });

  it('is a consequence and not a mistake when the file cannot be read', () => {
    const { texts, invalidMetrics, declaration } = load(withGroups(['caches']), `${caches}\tx`);
    expect(texts).toEqual([`${file}:2:1: error AZ1001: A tab stands in the indentation; YAML wants spaces.`]);
    expect(invalidMetrics.map(({ problems }) => problems.map(({ code }) => code))).toEqual([['AZ1001']]);
    expect(declaration?.metrics).toEqual([]);
  });

  it('leaves other metrics alone', () => {
    const { declaration, refusal } = load(declarationText(), caches.replace('RedisCache', 'RedisCash'));
    expect(declaration?.metrics.map(({ name }) => name)).toEqual(['redis_hits']);
    expect(refusal).toBeUndefined();
  });
});
