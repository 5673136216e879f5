import { runQuery, type Table } from '../graph/evaluate.ts';
import { QueryMeaningError } from '../graph/functions.ts';
import { QuerySyntaxError } from '../graph/lexer.ts';
import { parseQuery } from '../graph/parser.ts';
import { tableOf, type View } from '../graph/tables.ts';
import { uuidOf } from '../hash.ts';
import { isRefusal, json, type Refusal, type Reply, wrapped } from '../http/reply.ts';
import { jsonObject, type Request, stringList } from '../http/request.ts';
import { authenticate, permitted } from '../identity/access.ts';
import type { Claims } from '../identity/tokens.ts';
import type { Resource } from '../world/model.ts';
import type { Routed, State } from './state.ts';

const defaultPage = 100;
const maxPage = 1_000;

type Headers = Readonly<Record<string, string>>;

/** Azure Resource Graph: `POST /providers/Microsoft.ResourceGraph/resources`. */
export function routeResourceGraph(request: Request): Routed | undefined {
  if (request.segments.join('/').toLowerCase() !== 'providers/microsoft.resourcegraph/resources') return undefined;
  return {
    api: 'resourceGraph',
    resources: [],
    metricNames: [],
    answer: (state) => answerGraph(request, state),
  };
}

function answerGraph(request: Request, state: State): Reply {
  if (request.method !== 'POST') {
    return wrapped({ status: 405, code: 'MethodNotAllowed', message: 'Use POST for this path.' });
  }
  const claims = authenticate(request, state, 'arm');
  if (isRefusal(claims)) return wrapped(claims);
  const quota = spend(state, claims);
  if (!quota.allowed) {
    const text =
      'Client application has been throttled and should not attempt to repeat the request until an amount of time has elapsed. Please see https://aka.ms/resourcegraph-throttling for help.';
    const headers = { ...quota.headers, 'retry-after': String(quota.retryAfter) };
    return refused(state, headers, 429, 'RateLimiting', [{ code: 'RateLimiting', message: text }]);
  }
  const body = jsonObject(request.body);
  if (body === undefined || typeof body['query'] !== 'string') {
    return refused(state, quota.headers, 400, 'BadRequest', [invalidQuery('The body needs a query.')]);
  }
  const view = viewOf(state, claims, stringList(body['subscriptions']));
  if (view === undefined) {
    const given = stringList(body['subscriptions']).join(',');
    const message = `There must be at least one subscription that is eligible to contain resources. Given: '${given}'.`;
    return refused(state, quota.headers, 400, 'BadRequest', [{ code: 'NoValidSubscriptionsInQueryRequest', message }]);
  }
  if (isRefusal(view)) return wrapped({ ...view, headers: quota.headers });
  const table = run(state, body['query'], view);
  if (Array.isArray(table)) return refused(state, quota.headers, 400, 'BadRequest', table);
  return page(table, optionsOf(body['options']), quota.headers);
}

function spend(state: State, claims: Claims): { allowed: boolean; retryAfter: number; headers: Headers } {
  const quota = state.index.world.limits.resourceGraph;
  const ticket =
    quota === undefined
      ? { allowed: true, remaining: defaultPage, retryAfter: 1 }
      : state.throttles.count(`graph|${claims.objectId}`, quota, state.hostMs);
  return {
    allowed: ticket.allowed,
    retryAfter: ticket.retryAfter,
    headers: {
      'x-ms-user-quota-remaining': String(ticket.remaining),
      'x-ms-user-quota-resets-after': new Date(ticket.retryAfter * 1_000).toISOString().slice(11, 19),
      'x-ms-ratelimit-remaining-tenant-reads': '249',
      'x-ms-ratelimit-remaining-tenant-resource-requests': String(Math.min(14, ticket.remaining)),
      'x-ms-resource-graph-request-duration': '0:00:00:00.0156250',
    },
  };
}

/** What the caller sees of the subscriptions asked for; undefined when none of them exists. */
function viewOf(state: State, claims: Claims, asked: readonly string[]): View | Refusal | undefined {
  const { subscriptions, resources } = state.index.world;
  const own = subscriptions.filter(({ tenantId }) => tenantId === claims.tenantId).map(({ id }) => id);
  const wanted = asked.length === 0 ? own : own.filter((id) => asked.some((one) => one.toLowerCase() === id));
  if (wanted.length === 0) return undefined;
  const action = 'Microsoft.ResourceGraph/resources/read';
  const whole = new Set(wanted.filter((id) => permitted(state, claims, action, `/subscriptions/${id}`)));
  const readable = (resource: Resource): boolean =>
    whole.has(resource.subscriptionId) || permitted(state, claims, `${resource.type}/read`, resource.id);
  const visible = wanted.filter(
    (id) => whole.has(id) || resources.some((one) => one.subscriptionId === id && readable(one)),
  );
  if (visible.length > 0) return { subscriptions: new Set(visible), readable };
  return {
    status: 403,
    code: 'AuthorizationFailed',
    message: `The client '${claims.clientId}' with object id '${claims.objectId}' does not have authorization to perform action '${action}' over scope '/subscriptions/${wanted[0] ?? ''}' or the scope is invalid.`,
  };
}

type Detail = Readonly<Record<string, unknown>>;

function invalidQuery(message: string): Detail {
  return { code: 'InvalidQuery', message };
}

function run(state: State, text: string, view: View): Table | Detail[] {
  const general = invalidQuery(
    'Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying.',
  );
  try {
    const query = parseQuery(text);
    const table = tableOf(state.index.world, query.table, view);
    if (table === undefined) return [invalidQuery(`Table ${query.table} is invalid, unsupported or disallowed.`)];
    return runQuery(query, table);
  } catch (error) {
    if (error instanceof QueryMeaningError) return [general, { code: error.code, message: error.message }];
    if (!(error instanceof QuerySyntaxError)) throw error;
    const { line, position, text: token } = error.token;
    return [
      general,
      {
        code: 'ParserFailure',
        message: 'ParserFailure',
        line,
        characterPositionInLine: position,
        token,
        expectedToken: error.expected,
      },
    ];
  }
}

interface Options {
  readonly skip: number;
  readonly top: number;
  readonly asTable: boolean;
}

function optionsOf(value: unknown): Options {
  const options =
    typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : new Map<string, unknown>();
  const whole = (name: string, fallback: number): number => {
    const given: unknown = options.get(name);
    return typeof given === 'number' && given >= 0 ? Math.floor(given) : fallback;
  };
  const token: unknown = options.get('$skipToken');
  const resume = typeof token === 'string' ? jsonObject(Buffer.from(token, 'base64').toString('utf8')) : undefined;
  const skip = typeof resume?.['skip'] === 'number' ? resume['skip'] : whole('$skip', 0);
  return {
    skip,
    top: Math.min(maxPage, Math.max(1, whole('$top', defaultPage))),
    asTable: String(options.get('resultFormat') ?? 'objectArray').toLowerCase() === 'table',
  };
}

/** One page; more pages are only promised while rows are resources and carry their id. */
function page(table: Table, { skip, top, asTable }: Options, headers: Headers): Reply {
  const rows = table.rows.slice(skip, skip + top);
  const more = skip + rows.length < table.rows.length;
  const resumable = table.rowIdentity && table.columns.has('id');
  const names = [...table.columns.keys()];
  const data = asTable
    ? {
        columns: [...table.columns].map(([name, type]) => ({ name, type })),
        rows: rows.map((row) => names.map((name) => row[name] ?? null)),
      }
    : rows;
  const token = Buffer.from(JSON.stringify({ skip: skip + rows.length, take: top })).toString('base64');
  return json(
    200,
    {
      totalRecords: table.rows.length,
      count: rows.length,
      data,
      facets: [],
      resultTruncated: more && !resumable ? 'true' : 'false',
      ...(more && resumable ? { $skipToken: token } : {}),
    },
    headers,
  );
}

/** The outer message is only for support; the reason stands in the details. */
function refused(state: State, headers: Headers, status: number, code: string, details: readonly Detail[]): Reply {
  const time = new Date(state.hostMs).toISOString();
  const message = `Please provide below info when asking for support: timestamp = ${time}, correlationId = ${uuidOf(time)}.`;
  return wrapped({ status, code, message, headers, more: { details } });
}
