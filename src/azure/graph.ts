import { ResourceGraphClient } from '@azure/arm-resourcegraph';
import type { CloudEndpoints } from '../core/clouds.ts';
import type { ErrorCode } from '../core/errors.ts';
import { type Outcome, ok } from '../core/outcome.ts';
import type { GraphRequest, GraphRow, GraphSource } from '../discovery/ports.ts';
import { type CallContext, makeCall } from './call.ts';
import type { ClientOptions, SdkCredential } from './clients.ts';
import { type GraphPage, readGraphPage } from './read-graph.ts';
import { hostOf } from './text.ts';

/** Rows of a page: the most that the service gives (azure-apis reference, section 4.1). */
const pageRows = 1_000;
/** Subscriptions of one query: the most that the service looks at. */
const chunkSubscriptions = 1_000;
/** No landscape has so many pages; an answer without end is given up. */
const maxPages = 2_000;

export interface GraphDeps {
  readonly cloud: CloudEndpoints;
  readonly clientOptions: ClientOptions;
  /** What calls with a token of this tenant need. */
  readonly tenantOf: (tenantId: string) => { readonly credential: SdkCredential; readonly context: CallContext };
}

/** Resource Graph: whole lists or failures, however many pages and chunks of subscriptions they take. */
export function createGraphSource({ cloud, clientOptions, tenantOf }: GraphDeps): GraphSource {
  const clients = new Map<string, ResourceGraphClient>();
  const clientOf = (tenantId: string): ResourceGraphClient => {
    const client =
      clients.get(tenantId) ??
      new ResourceGraphClient(tenantOf(tenantId).credential, {
        ...clientOptions,
        endpoint: cloud.resourceManager,
        credentials: { scopes: [`${cloud.resourceManagerAudience}/.default`] },
      });
    clients.set(tenantId, client);
    return client;
  };
  // Resource Graph has outages of its own, which must not hold up the metrics behind the same host.
  const host = `Resource Graph at ${hostOf(cloud.resourceManager)}`;

  const askPage = (
    request: GraphRequest,
    skipToken: string | undefined,
    signal: AbortSignal,
  ): Promise<Outcome<GraphPage>> => {
    const { tenantId, subscriptions, query } = request;
    const options = {
      top: pageRows,
      resultFormat: 'objectArray',
      ...(skipToken === undefined ? {} : { skipToken }),
    } as const;
    const body = { query, options, ...(subscriptions.length === 0 ? {} : { subscriptions: [...subscriptions] }) };
    return makeCall(
      {
        info: { api: 'resourceGraph', tenantId },
        host,
        subject: query,
        send: (abortSignal) => clientOf(tenantId).resources(body, { abortSignal }),
        read: (answer) => ok(readGraphPage(answer)),
      },
      tenantOf(tenantId).context,
      signal,
    );
  };

  return {
    query: async (request, signal) => {
      const rows: GraphRow[] = [];
      for (const subscriptions of chunksOf(request.subscriptions)) {
        const outcome = await everyPage((token) => askPage({ ...request, subscriptions }, token, signal), host);
        if (outcome.kind !== 'ok') return outcome;
        rows.push(...outcome.value);
      }
      return ok(rows);
    },
  };
}

/** No subscriptions at all means all of them, in one query. */
function chunksOf(subscriptions: readonly string[]): (readonly string[])[] {
  if (subscriptions.length === 0) return [[]];
  const chunks: (readonly string[])[] = [];
  for (let start = 0; start < subscriptions.length; start += chunkSubscriptions) {
    chunks.push(subscriptions.slice(start, start + chunkSubscriptions));
  }
  return chunks;
}

/** Asks for pages until the last. A list that is not whole is a failure, because whoever gets it drops what it lacks. */
async function everyPage(
  ask: (skipToken: string | undefined) => Promise<Outcome<GraphPage>>,
  host: string,
): Promise<Outcome<readonly GraphRow[]>> {
  const rows = new Map<string, GraphRow>();
  const tokens = new Set<string>();
  let token: string | undefined;
  for (let page = 1; page <= maxPages; page += 1) {
    const outcome = await ask(token);
    if (outcome.kind !== 'ok') return outcome;
    const { value } = outcome;
    const before = rows.size;
    for (const row of value.rows) rows.set(String(row['id']).toLowerCase(), row);
    const wrong = wrongWith(value, { page, added: rows.size - before, known: rows.size, tokens });
    if (wrong !== undefined) return incomplete(host, wrong);
    token = value.skipToken;
    if (token === undefined) return ok([...rows.values()]);
    tokens.add(token);
  }
  return incomplete(host, { code: 'AZ3020', message: `the list had no end after ${maxPages} pages` });
}

interface Progress {
  readonly page: number;
  /** Resources that no page before held. */
  readonly added: number;
  readonly known: number;
  readonly tokens: ReadonlySet<string>;
}

interface Wrong {
  readonly code: ErrorCode;
  readonly message: string;
}

function wrongWith(answer: GraphPage, { page, added, known, tokens }: Progress): Wrong | undefined {
  const { rows, count, skipToken, total, truncated, subscriptionsLeftOut } = answer;
  const short = (message: string): Wrong => ({ code: 'AZ3020', message });
  if (subscriptionsLeftOut) {
    const message = 'it left out subscriptions, because the identity sees more of them than one query may have';
    return { code: 'AZ3021', message };
  }
  if (count !== rows.length) return short(`page ${page} counted ${count} resources and held ${rows.length}`);
  if (skipToken === undefined) {
    if (truncated)
      return short('it cut the list and gave no way to the rest, as it does for a query that cannot be paged');
    return known < total ? short(`it counted ${total} resources and gave ${known} on ${page} page(s)`) : undefined;
  }
  if (rows.length === 0) return short(`page ${page} was empty, though more were to come`);
  if (tokens.has(skipToken)) return short(`page ${page} led back to an earlier one`);
  return added === 0 ? short(`page ${page} held nothing but what earlier ones held`) : undefined;
}

function incomplete(host: string, { code, message }: Wrong): Outcome<never> {
  const advice = code === 'AZ3021' ? 'list the subscriptions of the landscape' : 'the query is repeated';
  return { kind: 'retry', error: { code, message: `${host} did not give a whole list: ${message}; ${advice}.` } };
}
