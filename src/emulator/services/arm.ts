import { isRefusal, type Refusal, type Reply, wrapped } from '../http/reply.ts';
import type { Request } from '../http/request.ts';
import { authenticate, forbidden, permitted } from '../identity/access.ts';
import type { Claims } from '../identity/tokens.ts';
import type { Resource, Subscription } from '../world/model.ts';
import type { State } from './state.ts';

/** A caller that ARM let through. */
export interface Entry {
  readonly claims: Claims;
  readonly subscription: Subscription;
  /** Rate limit headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Visit {
  readonly subscriptionId: string;
  readonly action: string;
  /** What the 403 names. */
  readonly scope: string;
  /** What roles are compared with. */
  readonly target: string;
  readonly region: string;
  /** How ARM names the operation in its 429. */
  readonly operation: string;
}

const globalFactor = 15;

/**
 * ARM's front end in its order: token, subscription, rate limit, role. The limit is a token bucket per subscription,
 * principal and region; fifteen times as much is shared by all principals.
 */
export function enterArm(request: Request, state: State, visit: Visit): Entry | Reply {
  const claims = authenticate(request, state, 'arm');
  if (isRefusal(claims)) return wrapped(claims);
  if (request.query.get('api-version') === undefined) {
    return wrapped({
      status: 400,
      code: 'MissingApiVersionParameter',
      message: 'The api-version query parameter (?api-version=) is required for all requests.',
    });
  }
  const subscription = findSubscription(state, visit.subscriptionId, claims);
  if (isRefusal(subscription)) return wrapped(subscription);
  const limited = spend(state, visit, subscription, claims);
  if ('status' in limited) return limited;
  const { headers } = limited;
  if (!permitted(state, claims, visit.action, visit.target)) {
    return wrapped({ ...forbidden(claims, visit.action, visit.scope), headers });
  }
  return { claims, subscription, headers };
}

/** The subscription of an id, if it exists in the caller's tenant. */
export function findSubscription(state: State, id: string, claims: Claims): Subscription | Refusal {
  const found = state.index.world.subscriptions.find((one) => one.id === id.toLowerCase());
  if (found === undefined) {
    return { status: 404, code: 'SubscriptionNotFound', message: `The subscription '${id}' could not be found.` };
  }
  if (found.tenantId === claims.tenantId) return found;
  return {
    status: 401,
    code: 'InvalidAuthenticationTokenTenant',
    message: `The access token is from the wrong issuer '${state.origin}/${claims.tenantId}/'. It must match the tenant '${state.origin}/${found.tenantId}/' associated with this subscription.`,
  };
}

interface Limited {
  readonly headers: Readonly<Record<string, string>>;
}

function spend(state: State, visit: Visit, subscription: Subscription, claims: Claims): Limited | Reply {
  const rate = subscription.rateLimit ?? state.index.world.limits.arm;
  if (rate === undefined) return { headers: {} };
  const own = state.throttles.take(`arm|${subscription.id}|${claims.objectId}|${visit.region}`, rate, state.hostMs);
  const shared = state.throttles.take(
    `arm|${subscription.id}|${visit.region}`,
    { burst: rate.burst * globalFactor, perSecond: rate.perSecond * globalFactor },
    state.hostMs,
  );
  const headers = {
    'x-ms-ratelimit-remaining-subscription-reads': String(own.remaining),
    'x-ms-ratelimit-remaining-subscription-global-reads': String(shared.remaining),
  };
  if (own.allowed && shared.allowed) return { headers };
  const wait = own.allowed ? shared.retryAfter : own.retryAfter;
  return wrapped({
    status: 429,
    code: 'SubscriptionRequestsThrottled',
    message: `Number of requests for subscription '${subscription.id}' and operation '${visit.operation}' exceeded the backend storage limit. Please try again after '${wait}' seconds.`,
    headers: { ...headers, 'retry-after': String(wait) },
  });
}

/** The resource of an id, or ARM's 404 for its group or for itself. */
export function findResource(state: State, segments: readonly string[]): Resource | Refusal {
  const resource = state.index.resource(segments.join('/'));
  if (resource !== undefined) return resource;
  const groupName = segments[3] ?? '';
  const group = state.index.world.resourceGroups.find(
    (one) => one.name.toLowerCase() === groupName.toLowerCase() && one.subscriptionId === segments[1]?.toLowerCase(),
  );
  if (group === undefined) {
    return { status: 404, code: 'ResourceGroupNotFound', message: `Resource group '${groupName}' could not be found.` };
  }
  const [provider = '', ...rest] = segments.slice(5);
  const types = rest.filter((_, index) => index % 2 === 0);
  const names = rest.filter((_, index) => index % 2 === 1);
  return {
    status: 404,
    code: 'ResourceNotFound',
    message: `The Resource '${[provider, ...types].join('/')}/${names.join('/')}' under resource group '${groupName}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  };
}

/** How ARM writes an operation in its throttling message: ids taken out, everything in capitals. */
export function operationName(method: string, segments: readonly string[]): string {
  const kept: string[] = [];
  let afterProviders = -1;
  for (const [index, segment] of segments.entries()) {
    if (segment.toLowerCase() === 'providers') afterProviders = index;
    const named =
      afterProviders === -1 ? index % 2 === 0 : index <= afterProviders + 1 || (index - afterProviders) % 2 === 0;
    if (named) kept.push(segment);
  }
  return [method, ...kept].join('/').toUpperCase();
}
