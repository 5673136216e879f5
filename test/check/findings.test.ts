import { describe, expect, it } from 'vitest';
import { type Asked, judge, nothingVisible } from '../../src/check/findings.ts';
import { permissions } from '../../src/check/permissions.ts';
import type { ErrorCode } from '../../src/core/errors.ts';
import type { AzureSaid, CodedError } from '../../src/core/outcome.ts';

const whole = '/subscriptions/s1';
const group = `${whole}/resourceGroups/g1`;
const resource = `${group}/providers/Microsoft.Cache/redis/r1`;
const workspace = `${group}/providers/Microsoft.OperationalInsights/workspaces/w1`;
const caller = { assignee: { clientId: 'c1', objectId: 'o1' }, tenantId: 't1' };
const asked: Asked = { api: 'metrics', subscriptionId: 's1', subject: resource, roleScope: group };

function error(code: ErrorCode, said?: AzureSaid): CodedError {
  return { code, message: `${code} in words.`, ...(said === undefined ? {} : { said }) };
}

function line(role: string, scope: string): string {
  return `az role assignment create --assignee-object-id o1 --assignee-principal-type ServicePrincipal --role "${role}" --scope ${scope}`;
}

describe('a missing role', () => {
  const denied = (api: string, code = 'AuthorizationFailed'): AzureSaid => ({ api, code });
  it.each([
    {
      name: 'of a single call is missing where roles are best given',
      failure: error('AZ3403', { ...denied('metrics'), action: 'Microsoft.Insights/metrics/read', scope: resource }),
      change: {},
      role: 'Monitoring Reader',
      scope: group,
      says: `Azure refused Microsoft.Insights/metrics/read of ${resource}.`,
    },
    {
      name: 'of definitions is told by the action that Azure named',
      failure: error('AZ3403', {
        ...denied('definitions'),
        action: 'Microsoft.Insights/metricDefinitions/read',
        scope: resource,
      }),
      change: {},
      role: 'Monitoring Reader',
      scope: group,
      says: `Azure refused Microsoft.Insights/metricDefinitions/read of ${resource}.`,
    },
    {
      name: 'of batch calls is missing on the subscription, and Azure answers 401',
      failure: error('AZ3401', denied('batch', 'Unauthorized')),
      change: {},
      role: 'Monitoring Reader',
      scope: whole,
      says: `Azure refused Microsoft.Insights/metrics/read of ${resource}; for batch calls a role on the resource or its group does not count.`,
    },
    {
      name: 'of batch calls, without a body',
      failure: error('AZ3401'),
      change: { api: 'batch' },
      role: 'Monitoring Reader',
      scope: whole,
      says: `Azure refused Microsoft.Insights/metrics/read of ${resource}; for batch calls a role on the resource or its group does not count.`,
    },
    {
      name: 'of batch calls, refused like a call to the resource manager',
      failure: error('AZ3403', denied('batch')),
      change: {},
      role: 'Monitoring Reader',
      scope: whole,
      says: `Azure refused Microsoft.Insights/metrics/read of ${resource}; for batch calls a role on the resource or its group does not count.`,
    },
    {
      name: 'of batch calls, refused with the action under another code',
      failure: error('AZ3403', { ...denied('batch', 'Forbidden'), action: 'a/b/read', scope: whole }),
      change: {},
      role: 'Monitoring Reader',
      scope: whole,
      says: `Azure refused a/b/read of ${resource}; for batch calls a role on the resource or its group does not count.`,
    },
    {
      name: 'of calls at subscription scope is missing on the subscription',
      failure: error('AZ3403', denied('subscription')),
      change: {},
      role: 'Monitoring Reader',
      scope: whole,
      says: `Azure refused Microsoft.Insights/metrics/read of ${resource}; at this scope a role on the resource or its group does not count.`,
    },
    {
      name: 'of log queries is missing on the workspace',
      failure: error('AZ3403', denied('logs', 'InsufficientAccessError')),
      change: { subject: workspace, roleScope: workspace },
      role: 'Log Analytics Reader',
      scope: workspace,
      says: `Azure refused Microsoft.OperationalInsights/workspaces/query/read of ${workspace}; or workspaceId is wrong.`,
    },
    {
      name: 'of Resource Graph is missing on the subscription that Azure named',
      failure: error('AZ3403', {
        ...denied('resourceGraph'),
        action: 'Microsoft.ResourceGraph/resources/read',
        scope: '/subscriptions/s2/providers/x',
      }),
      change: { subject: 'the tenant', roleScope: '/' },
      role: 'Reader',
      scope: '/subscriptions/s2',
      says: 'Azure refused Microsoft.ResourceGraph/resources/read of the tenant.',
    },
  ])('$name', ({ failure, change, role, scope, says }) => {
    expect(judge(failure, { ...asked, ...change }, caller)).toEqual({
      code: 'AZ3403',
      message: `The identity lacks the role ${role} on ${scope}: ${says}`,
      role,
      scope,
      command: line(role, scope),
    });
  });

  it('of Resource Graph on no subscription that is known has no line', () => {
    const failure = error('AZ3403', denied('resourceGraph'));
    expect(judge(failure, { ...asked, subject: 'the tenant', roleScope: '/' }, caller)).toEqual({
      code: 'AZ3403',
      message:
        'The identity lacks the role Reader on the subscriptions to search: Azure refused Microsoft.ResourceGraph/resources/read of the tenant.',
      role: 'Reader',
      scope: null,
      command: null,
    });
  });

  it('shows in Resource Graph as an empty answer', () => {
    expect(nothingVisible({ ...asked, subject: whole, roleScope: whole }, caller)).toEqual({
      code: 'AZ3042',
      message: `Resource Graph shows no resource of ${whole}: the identity lacks the role Reader on ${whole}, or there is none.`,
      role: 'Reader',
      scope: whole,
      command: line('Reader', whole),
    });
    expect(nothingVisible({ ...asked, subject: 'the tenant', roleScope: '/' }, caller)).toMatchObject({
      message:
        'Resource Graph shows no resource of the tenant: the identity lacks the role Reader on the subscriptions to search, or there is none.',
      scope: null,
      command: null,
    });
  });
});

describe('what is no missing role', () => {
  const plain = { role: null, scope: null, command: null };

  it.each([
    ['AZ3401', { api: 'metrics', code: 'InvalidAuthenticationToken' }],
    ['AZ3401', { api: 'batch', code: 'InvalidAuthenticationTokenAudience' }],
    ['AZ3401', { api: 'batch', code: 'ExpiredAuthenticationToken' }],
    ['AZ3401', { api: 'metrics', code: 'Unauthorized' }],
    ['AZ3403', { api: 'logs', code: 'InvalidAuthenticationTokenAudience' }],
    ['AZ3403', { api: 'queue', code: 'AuthorizationPermissionMismatch' }],
    ['AZ3404', { api: 'metrics', code: 'ResourceNotFound' }],
    ['AZ3400', { api: 'metrics', code: 'BadRequest' }],
    ['AZ3002', undefined],
    ['AZ3003', undefined],
    ['AZ3005', undefined],
  ] as const)('keeps its code and words: %s %j', (code, said) => {
    expect(judge(error(code, said), asked, caller)).toEqual({ code, message: `${code} in words.`, ...plain });
  });

  it.each([
    error('AZ3400', { api: 'metrics', code: 'MissingSubscriptionRegistration' }),
    error('AZ3400', { api: 'subscription', code: 'SubscriptionNotRegistered' }),
    error('AZ3403', { api: 'batch', code: 'Forbidden' }),
  ])('a provider that is not registered: $said', (failure) => {
    expect(judge(failure, asked, caller)).toEqual({
      ...plain,
      code: 'AZ3040',
      message:
        'The resource provider Microsoft.Insights is not registered in subscription s1; register it, which takes some minutes.',
      command: 'az provider register --namespace Microsoft.Insights --subscription s1',
    });
  });

  it('another tenant', () => {
    for (const api of ['metrics', 'batch']) {
      const failure = error('AZ3401', { api, code: 'InvalidAuthenticationTokenTenant' });
      expect(judge(failure, asked, caller)).toEqual({
        ...plain,
        code: 'AZ3041',
        message:
          "Subscription s1 does not belong to tenant t1, in which the identity signs in; correct azureMetadata.tenantId or subscriptionId, or use an identity of the subscription's tenant.",
      });
    }
  });

  it('a subscription that does not exist', () => {
    expect(judge(error('AZ3404', { api: 'metrics', code: 'SubscriptionNotFound' }), asked, caller)).toEqual({
      ...plain,
      code: 'AZ3404',
      message:
        'Azure knows no subscription s1 in tenant t1; correct subscriptionId, azureMetadata.tenantId or the cloud.',
    });
  });
});

it('every API that can lack a role has an action, and none is listed twice', () => {
  expect(new Set(permissions.map(({ api }) => api)).size).toBe(permissions.length);
  for (const { api, role, action } of permissions) expect(action !== undefined, api).toBe(role !== undefined);
});
