import { valueAt } from '../generators.ts';
import { seriesHash } from '../hash.ts';
import { isRefusal, json, type Reply, wrapped } from '../http/reply.ts';
import { jsonObject, type Request } from '../http/request.ts';
import { authenticate, permitted } from '../identity/access.ts';
import { parseTimespan } from '../iso-time.ts';
import type { Cell, DeclaredQuery, Workspace } from '../world/model.ts';
import type { Routed, State } from './state.ts';

/** `/v1/workspaces/{guid}/query`. The query must be declared in the world: the emulator does not run KQL on logs. */
export function routeLogs(request: Request): Routed | undefined {
  const [version = '', kind, workspace = '', verb] = request.segments;
  if (!/^v\d+$/i.test(version) || kind?.toLowerCase() !== 'workspaces') return undefined;
  const right = version.toLowerCase() === 'v1' && verb?.toLowerCase() === 'query';
  return {
    api: 'logs',
    resources: [workspace],
    metricNames: [],
    answer: (state) =>
      right
        ? answerLogs(request, state, workspace)
        : wrapped({ status: 404, code: 'PathNotFoundError', message: 'The requested path does not exist' }),
  };
}

function answerLogs(request: Request, state: State, customerId: string): Reply {
  const claims = authenticate(request, state, 'logs');
  if (isRefusal(claims)) return wrapped(claims);
  const quota = state.index.world.limits.logs;
  const ticket =
    quota === undefined ? undefined : state.throttles.count(`logs|${claims.objectId}`, quota, state.hostMs);
  if (ticket?.allowed === false) {
    const headers = { 'retry-after': String(ticket.retryAfter) };
    return wrapped({ status: 429, code: 'ThrottledError', message: 'Too many requests', headers });
  }
  const workspace = state.index.world.workspaces.find((one) => one.customerId === customerId.toLowerCase());
  const action = 'Microsoft.OperationalInsights/workspaces/query/read';
  if (workspace === undefined || !permitted(state, claims, action, workspace.resource.id)) {
    return wrapped({
      status: 403,
      code: 'InsufficientAccessError',
      message: 'The provided credentials have insufficient access to perform the requested operation',
    });
  }
  const body = jsonObject(request.body);
  if (body === undefined || typeof body['query'] !== 'string') {
    return { status: 200, headers: { 'content-length': '0' }, body: '' };
  }
  const declared = workspace.queries.findIndex((query) => matches(query, String(body['query'])));
  const query = workspace.queries[declared];
  if (query === undefined) return undeclared(String(body['query']));
  if (query.noContent) return { status: 204, headers: {}, body: '' };
  return rowsReply(request, state, workspace, { query, position: declared, timespan: body['timespan'] });
}

function matches(declared: DeclaredQuery, text: string): boolean {
  if (declared.pattern !== undefined) return declared.pattern.test(text);
  return declared.query !== undefined && squeeze(declared.query) === squeeze(text);
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

interface Run {
  readonly query: DeclaredQuery;
  /** Place of the query in the workspace: part of the seed of its numbers. */
  readonly position: number;
  readonly timespan: unknown;
}

function rowsReply(request: Request, state: State, workspace: Workspace, run: Run): Reply {
  const { query, position, timespan } = run;
  const span = typeof timespan === 'string' && timespan !== '' ? parseTimespan(timespan, state.nowMs) : undefined;
  const minute = Math.floor(Math.min(span?.endMs ?? state.nowMs, state.nowMs) / 60_000);
  const rows = query.rows.map((row, rowIndex) =>
    row.map((cell, column) => cellValue(cell, minute, state, workspace, `query/${position}/${rowIndex}/${column}`)),
  );
  const statistics = /include-statistics=true/i.test(request.headers['prefer'] ?? '')
    ? { statistics: { query: { executionTime: 0.0156, resourceUsage: { cpu: { 'total cpu': '00:00:00.0156250' } } } } }
    : {};
  return json(200, {
    tables: [{ name: 'PrimaryResult', columns: query.columns, rows }],
    ...statistics,
    ...(query.partialError === undefined ? {} : { error: partial(query.partialError) }),
  });
}

function cellValue(cell: Cell, minute: number, state: State, workspace: Workspace, name: string): unknown {
  if (typeof cell !== 'object' || cell === null) return cell;
  return valueAt(cell.generator, seriesHash(state.index.world.seed, workspace.resource.key, name, []), minute);
}

function partial(message: string): unknown {
  const innererror = { code: '-2133196797', message, severity: 2, severityName: 'Error' };
  return {
    code: 'PartialError',
    message: 'There were some errors when processing your query.',
    details: [
      { code: 'EngineError', message: 'Something went wrong processing your query on the server.', innererror },
    ],
  };
}

/** A query that the world does not declare gets the shape of a syntax error, and says what to do. */
function undeclared(text: string): Reply {
  const token = squeeze(text).split(' ')[0] ?? '';
  const innererror = {
    code: 'SYN0002',
    message: `Query could not be parsed at '${token}' on line [1,1]. The emulator answers only queries that its world declares under workspaces[].queries.`,
    line: 1,
    pos: 0,
    token,
  };
  return json(400, {
    error: {
      code: 'BadArgumentError',
      message: 'The request had some invalid properties',
      innererror: { code: 'SyntaxError', message: 'A recognition error occurred in the query.', innererror },
    },
  });
}
