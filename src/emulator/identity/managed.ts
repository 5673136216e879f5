import { json, type Reply } from '../http/reply.ts';
import { formFields, type Request } from '../http/request.ts';
import type { Routed, State } from '../services/state.ts';
import type { Identity } from '../world/model.ts';
import { audienceOf, mintToken } from './tokens.ts';

/**
 * Managed identity on the plain-http port: the instance metadata service, the App Service form and the Cloud Shell
 * form that azure-cli uses.
 */
export function routeManagedIdentity(request: Request): Routed | undefined {
  const path = request.segments.join('/').toLowerCase();
  const answer = forms.get(path);
  if (answer === undefined) return undefined;
  return { api: 'token', resources: [], metricNames: [], answer: (state) => answer(request, state) };
}

const forms: ReadonlyMap<string, (request: Request, state: State) => Reply> = new Map([
  ['metadata/identity/oauth2/token', metadataService],
  ['msi/token', appServiceOrCloudShell],
]);

function metadataService(request: Request, state: State): Reply {
  if (request.headers['metadata']?.toLowerCase() !== 'true') {
    return failure(400, 'invalid_request', 'Required metadata header not specified');
  }
  if (request.query.get('api-version') === undefined) {
    return failure(400, 'invalid_request', 'Required query variable api-version is missing');
  }
  return issue(request.query, state, (token) => ({
    access_token: token.text,
    client_id: token.identity.clientId,
    expires_in: String(token.seconds),
    expires_on: String(token.expiresOn),
    ext_expires_in: String(token.seconds),
    not_before: String(token.expiresOn - token.seconds - 300),
    resource: token.resource,
    token_type: 'Bearer',
  }));
}

function appServiceOrCloudShell(request: Request, state: State): Reply {
  if (request.method === 'POST') {
    return issue(formFields(request.body), state, (token) => ({
      access_token: token.text,
      expires_in: String(token.seconds),
      expires_on: String(token.expiresOn),
      resource: token.resource,
      token_type: 'Bearer',
    }));
  }
  if (request.headers['x-identity-header'] === undefined) {
    return failure(401, 'unauthorized_client', 'The header X-IDENTITY-HEADER is missing');
  }
  return issue(request.query, state, (token) => ({
    access_token: token.text,
    expires_on: String(token.expiresOn),
    resource: token.resource,
    token_type: 'Bearer',
    client_id: token.identity.clientId,
  }));
}

interface Issued {
  readonly text: string;
  readonly identity: Identity;
  readonly resource: string;
  readonly seconds: number;
  /** Unix seconds. */
  readonly expiresOn: number;
}

function issue(parameters: ReadonlyMap<string, string>, state: State, body: (token: Issued) => unknown): Reply {
  const resource = parameters.get('resource');
  if (resource === undefined || resource === '') {
    return failure(400, 'invalid_request', 'Required query variable resource is missing');
  }
  if (!/^(https?:\/\/\S+|[0-9a-f-]{36})$/i.test(resource)) {
    return failure(400, 'invalid_resource', `AADSTS500011: The resource principal named ${resource} was not found.`);
  }
  const identity = select(state.index.world.identities, parameters);
  if (identity === undefined) return failure(400, 'invalid_request', 'Identity not found');
  const { identitySeconds: seconds } = state.index.world.tokens;
  const text = mintToken(identity, audienceOf(resource), state.origin, state.hostMs, seconds);
  return json(200, body({ text, identity, resource, seconds, expiresOn: Math.floor(state.hostMs / 1_000) + seconds }));
}

/**
 * The identity that a selector names. Without one it is the system-assigned identity, or the only user-assigned one,
 * as the metadata service does it.
 */
function select(identities: readonly Identity[], parameters: ReadonlyMap<string, string>): Identity | undefined {
  const managed = identities.filter(({ kind }) => kind !== 'servicePrincipal');
  const given = (...names: string[]): string | undefined =>
    names.map((name) => parameters.get(name)?.toLowerCase()).find((value) => value !== undefined && value !== '');
  const clientId = given('client_id', 'clientid');
  if (clientId !== undefined) return managed.find((one) => one.clientId === clientId);
  const objectId = given('object_id', 'principal_id');
  if (objectId !== undefined) return managed.find((one) => one.objectId === objectId);
  const resourceId = given('msi_res_id', 'mi_res_id');
  if (resourceId !== undefined) return managed.find((one) => one.resourceId?.toLowerCase() === resourceId);
  const user = managed.filter(({ kind }) => kind === 'userAssigned');
  return managed.find(({ kind }) => kind === 'systemAssigned') ?? (user.length === 1 ? user[0] : undefined);
}

function failure(status: number, error: string, description: string): Reply {
  return json(status, { error, error_description: description });
}
