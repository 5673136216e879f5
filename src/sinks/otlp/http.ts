import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ok } from '../../core/outcome.ts';
import type { OtlpSinkConfig } from '../../core/runtime-config.ts';
import { keepAgent } from '../http/agent.ts';
import { failure, post, unreachable } from '../http/post.ts';
import type { Transport } from './transport.ts';

const compress = promisify(gzip);

/** OTLP over HTTP with protobuf bodies. `now`: milliseconds since the epoch. */
export function createHttpTransport(config: OtlpSinkConfig, now: () => number): Transport {
  const { collectorUri } = config;
  const agent = keepAgent(collectorUri, config.tls);
  const url = collectorUri.endsWith('/v1/metrics') ? collectorUri : `${collectorUri}/v1/metrics`;
  return {
    async send(bytes, signal) {
      const custom = config.headers.map(({ name, value }) => [name, value.reveal()] as const);
      const zipped = config.compression === 'gzip';
      const headers = {
        ...Object.fromEntries(custom),
        'content-type': 'application/x-protobuf',
        ...(zipped ? { 'content-encoding': 'gzip' } : {}),
      };
      try {
        const body = zipped ? await compress(bytes, { level: 1 }) : bytes;
        const answer = await post({ url, headers, body, agent: agent.current() }, signal);
        if (answer.status >= 200 && answer.status < 300) return ok(answer.body);
        const secrets = custom.map(([, value]) => value);
        return failure(answer, { receiver: url, retried, nowMs: now(), secrets });
      } catch (error) {
        return unreachable(url, error);
      }
    },
    close: () => agent.close(),
  };
}

/** The statuses after which the specification lets a client try again. */
function retried(status: number): boolean {
  return status === 429 || status === 502 || status === 503 || status === 504;
}
