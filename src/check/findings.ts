import type { ErrorCode } from '../core/errors.ts';
import type { AzureSaid, CodedError } from '../core/outcome.ts';
import { type Assignee, providerRegistration, roleAssignment } from './az.ts';
import { permissionOf, type RoleName } from './permissions.ts';

/** What a failed call was about. */
export interface Asked {
  /** API of the call, unless the error itself tells (a run may ask in another way than planned). */
  readonly api: string;
  readonly subscriptionId: string;
  /** Thing that was read, in words or as an ARM id. */
  readonly subject: string;
  /** Where a role for it is best given: an ARM scope with a leading slash. */
  readonly roleScope: string;
}

/** Who asked. */
export interface Caller {
  readonly assignee: Assignee;
  /** Tenant that the identity signs in to. */
  readonly tenantId: string;
}

/** A failure with its cause told apart, and what mends it. */
export interface Finding {
  readonly code: ErrorCode;
  /** What is wrong and what to do, without the command. */
  readonly message: string;
  /** The missing role; null when something else is wrong. */
  readonly role: RoleName | null;
  /** Where the role is missing; null when no role is. */
  readonly scope: string | null;
  /** Command line that mends it; null when there is none. */
  readonly command: string | null;
}

const insights = 'Microsoft.Insights';

/** Codes with which Azure says that a resource provider is not registered in a subscription. */
const unregistered = new Set(['missingsubscriptionregistration', 'subscriptionnotregistered']);
/** Codes that are about the token itself, and not about what it allows. */
const aboutToken = /^(InvalidAuthenticationToken|ExpiredAuthenticationToken|AuthenticationFailed$)/i;

/** Tells causes apart by API, status and Azure's own code: roles, tenant, provider; everything else keeps its words. */
export function judge(error: CodedError, asked: Asked, caller: Caller): Finding {
  const { said } = error;
  const code = said?.code.toLowerCase() ?? '';
  if (code === 'invalidauthenticationtokentenant') return otherTenant(asked, caller);
  if (code === 'subscriptionnotfound') return noSubscription(error, asked, caller);
  if (unregistered.has(code)) return unregisteredProvider(asked);
  const api = said?.api ?? asked.api;
  if (api === 'batch' && isBatchWithoutProvider(error)) return unregisteredProvider(asked);
  if (lacksRole(error, api)) return missingRole(api, said, asked, caller);
  return { code: error.code, message: error.message, role: null, scope: null, command: null };
}

/** Resource Graph answered and showed nothing: an identity without roles sees an empty tenant. */
export function nothingVisible(asked: Asked, caller: Caller): Finding {
  const where = isScope(asked.roleScope) ? asked.roleScope : 'the subscriptions to search';
  return {
    code: 'AZ3042',
    message: `Resource Graph shows no resource of ${asked.subject}: the identity lacks the role Reader on ${where}, or there is none.`,
    ...mend('Reader', asked.roleScope, caller),
  };
}

function lacksRole({ code, said }: CodedError, api: string): boolean {
  if (api === 'queue') return false;
  if (code === 'AZ3401') return api === 'batch' && !aboutToken.test(said?.code ?? '');
  return code === 'AZ3403' && !aboutToken.test(said?.code ?? '');
}

/** The data plane answers 401 without the role, 403 without the provider; a 403 that names an action is ARM's. */
function isBatchWithoutProvider({ code, said }: CodedError): boolean {
  return code === 'AZ3403' && said?.action === undefined && said?.code.toLowerCase() !== 'authorizationfailed';
}

function missingRole(api: string, said: AzureSaid | undefined, asked: Asked, caller: Caller): Finding {
  const { role = 'Monitoring Reader', action = '' } = permissionOf(api);
  const whole = `/subscriptions/${asked.subscriptionId}`;
  const narrow = api === 'batch' || api === 'subscription' ? whole : asked.roleScope;
  const scope = api === 'resourceGraph' ? (/^\/subscriptions\/[^/]+/i.exec(said?.scope ?? '')?.[0] ?? narrow) : narrow;
  return {
    code: 'AZ3403',
    message: `The identity lacks the role ${role} on ${isScope(scope) ? scope : 'the subscriptions to search'}: Azure refused ${said?.action ?? action} of ${asked.subject}${hints[api] ?? ''}.`,
    ...mend(role, scope, caller),
  };
}

const hints: Readonly<Record<string, string>> = {
  batch: '; for batch calls a role on the resource or its group does not count',
  subscription: '; at this scope a role on the resource or its group does not count',
  logs: '; or workspaceId is wrong',
};

function mend(role: RoleName, scope: string, { assignee }: Caller): Pick<Finding, 'role' | 'scope' | 'command'> {
  if (!isScope(scope)) return { role, scope: null, command: null };
  return { role, scope, command: roleAssignment(role, scope, assignee) };
}

function isScope(scope: string): boolean {
  return /^\/subscriptions\/[^/]+/i.test(scope);
}

function unregisteredProvider({ subscriptionId }: Asked): Finding {
  return {
    code: 'AZ3040',
    message: `The resource provider ${insights} is not registered in subscription ${subscriptionId}; register it, which takes some minutes.`,
    role: null,
    scope: null,
    command: providerRegistration(insights, subscriptionId),
  };
}

function otherTenant({ subscriptionId }: Asked, { tenantId }: Caller): Finding {
  const message = `Subscription ${subscriptionId} does not belong to tenant ${tenantId}, in which the identity signs in; correct azureMetadata.tenantId or subscriptionId, or use an identity of the subscription's tenant.`;
  return { code: 'AZ3041', message, role: null, scope: null, command: null };
}

function noSubscription({ code }: CodedError, { subscriptionId }: Asked, { tenantId }: Caller): Finding {
  const message = `Azure knows no subscription ${subscriptionId} in tenant ${tenantId}; correct subscriptionId, azureMetadata.tenantId or the cloud.`;
  return { code, message, role: null, scope: null, command: null };
}
