import { describe, expect, it } from 'vitest';
import type { ApiAnswer } from '../../../src/discovery/agent/ports.ts';
import { createDiscoveryApi } from '../../../src/discovery/agent/serve.ts';
import { discoveryOf, groupOf, resourceOf } from './support.ts';

const caches = [0, 1, 2].map((index) => resourceOf('RedisCache', index));
const groups = [
  groupOf('Caches', 'RedisCache', {
    include: {
      subscriptions: ['6f9c2b74-2f0e-4c0b-8a43-1a0d3b7f4e22'],
      resourceGroups: ['northwind', 'contoso'],
      regions: ['westeurope'],
      names: ['cache-.*'],
      tags: [{ name: 'env', pattern: 'prod|test' }],
    },
  }),
  groupOf('later', 'RedisCache'),
  groupOf('mail', 'StorageQueue'),
];
const api = createDiscoveryApi(groups, discoveryOf({ Caches: caches, later: undefined }));

const element = (index: number): string =>
  `{"$type":"Promitor.Core.Contracts.ResourceTypes.RedisCacheResourceDefinition, Promitor.Core.Contracts","CacheName":"cachename-${index}","ResourceType":"RedisCache","SubscriptionId":"6f9c2b74-2f0e-4c0b-8a43-1a0d3b7f4e22","ResourceGroupName":"northwind","ResourceName":"cachename-${index}","UniqueName":"cachename-${index}"}`;

const page = (elements: string, size: number, current: number, more: boolean): string =>
  `{"$type":"Promitor.Core.Contracts.PagedPayload\`1[[Promitor.Core.Contracts.AzureResourceDefinition, Promitor.Core.Contracts]], Promitor.Core.Contracts","Result":[${elements}],"PageInformation":{"$type":"Promitor.Core.Contracts.PageInformation, Promitor.Core.Contracts","PageSize":${size},"CurrentPage":${current},"TotalRecords":3},"HasMore":${more}}`;

describe('the discovery API, byte for byte', () => {
  it('lists the groups in camel case', () => {
    expect(api.groups()).toEqual({
      status: 200,
      contentType: 'application/json; charset=utf-8',
      headers: {},
      body: `[{"name":"Caches","type":"RedisCache","criteria":{"include":{"tags":{"env":"prod|test"},"subscriptions":["6f9c2b74-2f0e-4c0b-8a43-1a0d3b7f4e22"],"resourceGroups":["northwind","contoso"],"regions":["westeurope"]}}},{"name":"later","type":"RedisCache","criteria":{"include":{"tags":{},"subscriptions":[],"resourceGroups":[],"regions":[]}}},{"name":"mail","type":"StorageQueue","criteria":{"include":{"tags":{},"subscriptions":[],"resourceGroups":[],"regions":[]}}}]`,
    });
  });

  it('gives a page of version 2, the group named in any case', () => {
    expect(api.page('cACHES', {})).toEqual({
      status: 200,
      contentType: 'application/json',
      headers: {},
      body: page([0, 1, 2].map(element).join(), 1000, 1, false),
    });
    expect(api.page('Caches', { pageSize: '2' }).body).toBe(page([0, 1].map(element).join(), 2, 1, true));
    expect(api.page('Caches', { pageSize: '2', currentPage: '2' }).body).toBe(page(element(2), 2, 2, false));
    expect(api.page('Caches', { currentPage: '9' }).body).toBe(page('', 1000, 9, false));
  });

  it('gives an array in version 1, with the paging in headers', () => {
    expect(api.list('Caches', { pageSize: '2', currentPage: '2' })).toEqual({
      status: 200,
      contentType: 'application/json',
      headers: { 'X-Paging-Page-Size': '2', 'X-Paging-Current-Page': '2', 'X-Paging-Total': '3' },
      body: `[${element(2)}]`,
    });
  });

  const invalid = (detail: string, errors = '{}'): Partial<ApiAnswer> => ({
    status: 400,
    contentType: 'application/problem+json; charset=utf-8',
    body: `{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.1","title":"One or more validation errors occurred.","status":400${detail},"errors":${errors}}`,
  });

  it.each([
    [{ currentPage: '0' }, invalid(',"detail":"currentPage must be 1 or more."')],
    [{ pageSize: '0' }, invalid(',"detail":"pageSize must be 1 or more."')],
    [{ pageSize: '1001' }, invalid(',"detail":"pageSize must be 1000 or less."')],
    [{ pageSize: 'all' }, invalid('', '{"pageSize":["all is not a whole number."]}')],
  ])('refuses %j with problem details', (query, answer) => {
    expect(api.page('Caches', query)).toMatchObject(answer);
    expect(api.list('nobody', query)).toMatchObject(answer);
  });

  it('says why there is no list', () => {
    expect(api.page('nobody', {})).toMatchObject({
      status: 404,
      body: '{"information":"There is no resource discovery group nobody."}',
    });
    expect(api.page('mail', {})).toMatchObject({
      status: 501,
      body: '{"details":"Resources of type StorageQueue, which group mail asks for, cannot be discovered."}',
    });
    expect(api.list('later', {})).toMatchObject({
      status: 503,
      body: '{"details":"The resources of group later have not been found yet."}',
    });
  });
});
