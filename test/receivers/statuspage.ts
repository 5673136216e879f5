import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Receiver } from './receiver.ts';

export interface StatuspageStandIn extends Receiver {
  /** Base URL of the API. */
  readonly uri: string;
  /** When requests came, milliseconds since the epoch. */
  readonly times: number[];
}

const windowMs = 60_000;

/**
 * The part of the Statuspage API that takes data points: one page with some metrics, one key, and the limit of one
 * request a second over a minute, above which it answers 429 with Retry-After.
 */
export async function standInForStatuspage(options: {
  readonly key: string;
  readonly pageId: string;
  readonly metricIds: readonly string[];
  /** Requests that a minute allows; 60 as the service has it. */
  readonly perMinute?: number;
}): Promise<StatuspageStandIn> {
  const perMinute = options.perMinute ?? 60;
  const say = (response: ServerResponse, code: number, body: unknown, headers = {}): void => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = '';
    for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
    receiver.requests += 1;
    const nowMs = Date.now();
    receiver.times.push(nowMs);
    if (receiver.manner === 'hangs') return;
    if (receiver.manner === 'busy') return say(response, 429, { error: 'rate limited' }, { 'retry-after': '0' });
    if (receiver.manner === 'refuses')
      return say(response, 422, { error: [`no: ${request.headers.authorization ?? ''}`] });
    if (receiver.times.filter((timeMs) => timeMs > nowMs - windowMs).length > perMinute)
      return say(response, 429, { error: 'rate limited' }, { 'retry-after': '60' });
    if (request.headers.authorization !== `OAuth ${options.key}`)
      return say(response, 401, { error: 'Could not authenticate' });
    const [, page = '', id = ''] = /^\/v1\/pages\/([^/]+)\/metrics\/([^/]+)\/data$/.exec(request.url ?? '') ?? [];
    if (request.method !== 'POST' || page !== options.pageId || !options.metricIds.includes(id))
      return say(response, 404, { error: 'Not found' });
    const { data } = JSON.parse(text) as { data: { timestamp: unknown; value: unknown } };
    if (!Number.isInteger(data.timestamp) || typeof data.value !== 'number')
      return say(response, 422, { error: ['data is invalid'] });
    receiver.samples.push({ name: id, value: data.value, timeMs: Number(data.timestamp) * 1000 });
    say(response, 201, { data });
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: StatuspageStandIn = {
    uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    samples: [],
    manner: 'well',
    requests: 0,
    times: [],
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return receiver;
}
