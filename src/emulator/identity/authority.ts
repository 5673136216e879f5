import { constants, createHash, verify, X509Certificate } from 'node:crypto';
import { uuidOf } from '../hash.ts';
import { json, type Reply } from '../http/reply.ts';
import { formFields, type Request } from '../http/request.ts';
import type { Routed, State } from '../services/state.ts';
import type { Identity } from '../world/model.ts';
import { audienceOf, decodeJwt, mintToken } from './tokens.ts';

/** Discovery documents and the token endpoints of the authority, v2, v1 and AD FS form. */
export function routeAuthority(request: Request): Routed | undefined {
  const { segments } = request;
  const path = segments.map((part) => part.toLowerCase());
  const route = (api: 'token' | 'authority', answer: (state: State) => Reply): Routed => ({
    api,
    resources: [],
    metricNames: [],
    answer,
  });
  const [tenant = ''] = segments;
  if (path.at(-1) === 'openid-configuration' && path.at(-2) === '.well-known') {
    return route('authority', (state) => json(200, discovery(state.origin, tenant, path[1] === 'v2.0')));
  }
  if (path.slice(1).join('/') === 'discovery/instance') {
    return route('authority', (state) => json(200, instances(state.origin)));
  }
  if (/^(discovery\/v2\.0\/|discovery\/)keys$/.test(path.slice(1).join('/'))) {
    return route('authority', () => json(200, { keys: [] }));
  }
  if (request.method === 'POST' && /^oauth2\/(v2\.0\/)?token$/.test(path.slice(1).join('/'))) {
    return route('token', (state) => answerToken(request, state, tenant));
  }
  return undefined;
}

function discovery(origin: string, tenant: string, isV2: boolean): unknown {
  const oauth = tenant.toLowerCase() === 'adfs' ? `${origin}/adfs/oauth2` : `${origin}/${tenant}/oauth2/v2.0`;
  return {
    token_endpoint: `${oauth}/token`,
    authorization_endpoint: `${oauth}/authorize`,
    device_authorization_endpoint: `${oauth}/devicecode`,
    issuer: isV2 ? `${origin}/${tenant}/v2.0` : `${origin}/${tenant}`,
    jwks_uri: `${origin}/${tenant}/discovery/v2.0/keys`,
    response_types_supported: ['code', 'id_token'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
}

function instances(origin: string): unknown {
  const host = new URL(origin).host;
  return {
    tenant_discovery_endpoint: `${origin}/common/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  };
}

/** Why a token is not given: number of the AADSTS error, its text, the OAuth error and status. */
interface Denial {
  readonly number: number;
  readonly text: string;
  readonly error: string;
  readonly status: number;
}

function answerToken(request: Request, state: State, tenant: string): Reply {
  const form = formFields(request.body);
  const { world } = state.index;
  const known = tenant.toLowerCase() === 'adfs' || world.tenants.some(({ id }) => id === tenant.toLowerCase());
  const clientId = (form.get('client_id') ?? '').toLowerCase();
  const identity = world.identities.find(
    (one) => one.clientId === clientId && (tenant.toLowerCase() === 'adfs' || one.tenantId === tenant.toLowerCase()),
  );
  const denial = known ? check(form, identity, state.hostMs) : noTenant(tenant);
  if (denial !== undefined || identity === undefined) return denied(denial ?? noApplication(clientId), state);
  const isV1 = form.get('scope') === undefined;
  const audience = audienceOf(form.get('scope') ?? form.get('resource') ?? '');
  const federated = form.get('client_assertion') !== undefined && identity.federated.length > 0;
  const seconds = federated ? world.tokens.identitySeconds : world.tokens.clientSeconds;
  const token = mintToken(identity, audience, state.origin, state.hostMs, seconds);
  return json(200, {
    token_type: 'Bearer',
    expires_in: seconds,
    ext_expires_in: seconds,
    ...(seconds > 7_200 ? { refresh_in: Math.floor(seconds / 2) } : {}),
    ...(isV1 ? { expires_on: Math.floor(state.hostMs / 1_000) + seconds, resource: audience } : {}),
    access_token: token,
  });
}

function check(form: ReadonlyMap<string, string>, identity: Identity | undefined, hostMs: number): Denial | undefined {
  if (identity === undefined) return noApplication(form.get('client_id') ?? '');
  if (form.get('grant_type') !== 'client_credentials') {
    const text = 'The app requested an unsupported grant type; the emulator knows client_credentials.';
    return { number: 70003, text, error: 'unsupported_grant_type', status: 400 };
  }
  if ((form.get('scope') ?? form.get('resource') ?? '') === '') {
    const text = "The request body must contain the following parameter: 'scope'.";
    return { number: 900144, text, error: 'invalid_request', status: 400 };
  }
  const assertion = form.get('client_assertion');
  if (assertion !== undefined) return checkAssertion(assertion, identity, hostMs);
  if (identity.secret === undefined || form.get('client_secret') !== identity.secret) {
    return { number: 7000215, text: 'Invalid client secret provided.', error: 'invalid_client', status: 401 };
  }
  if (!identity.secretExpired) return undefined;
  const text = `The provided client secret keys for app '${identity.clientId}' are expired.`;
  return { number: 7000222, text, error: 'invalid_client', status: 401 };
}

function checkAssertion(assertion: string, identity: Identity, hostMs: number): Denial | undefined {
  const claims = decodeJwt(assertion);
  const expires = claims?.['exp'];
  if (claims === undefined) return invalidClient(50027, 'JWT token is invalid or malformed.');
  if (typeof expires === 'number' && expires * 1_000 <= hostMs) {
    return invalidClient(700024, 'Client assertion is not within its valid time range.');
  }
  if (claims['iss'] === identity.clientId || identity.federated.length === 0) {
    if (identity.certificate !== undefined && signedBy(assertion, identity.certificate)) return undefined;
    return invalidClient(700027, 'The certificate that signed the client assertion is not registered.');
  }
  const matches = identity.federated.some(
    ({ subject, issuer }) => subject === claims['sub'] && (issuer === undefined || issuer === claims['iss']),
  );
  if (matches) return undefined;
  return invalidClient(700213, 'No matching federated identity record found for the presented assertion subject.');
}

/** The assertion must name the certificate by its thumbprint and carry a signature of its key (RS256 or PS256). */
function signedBy(assertion: string, pem: string): boolean {
  const [head = '', payload = '', signature = ''] = assertion.split('.');
  const certificate = new X509Certificate(pem);
  const header = decodeJwt(`.${head}`);
  const print = (algorithm: string): string => createHash(algorithm).update(certificate.raw).digest('base64url');
  const named = header?.['x5t#S256'] === print('sha256') || header?.['x5t'] === print('sha1');
  if (!named) return false;
  const key = { key: certificate.publicKey, ...(header['alg'] === 'PS256' ? pss : {}) };
  return verify('sha256', Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url'));
}

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };

function invalidClient(number: number, text: string): Denial {
  return { number, text, error: 'invalid_client', status: 401 };
}

function noApplication(clientId: string): Denial {
  const text = `Application with identifier '${clientId}' was not found in the directory.`;
  return { number: 700016, text, error: 'unauthorized_client', status: 400 };
}

function noTenant(tenant: string): Denial {
  return { number: 90002, text: `Tenant '${tenant}' not found.`, error: 'invalid_request', status: 400 };
}

function denied({ number, text, error, status }: Denial, state: State): Reply {
  const timestamp = `${new Date(state.hostMs).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const trace = uuidOf(`trace|${state.hostMs}`);
  const correlation = uuidOf(`correlation|${state.hostMs}`);
  return json(status, {
    error,
    error_description: `AADSTS${number}: ${text} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${timestamp}`,
    error_codes: [number],
    timestamp,
    trace_id: trace,
    correlation_id: correlation,
    error_uri: `${state.origin}/error?code=${number}`,
  });
}
