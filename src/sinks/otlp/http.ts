import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ok } from '../../core/outcome.ts';
import type { OtlpSinkConfig } from '../../core/runtime-config.ts';
import { failure, post, unreachable } from '../http/post.ts';
import type { Transport } from './transport.ts';

const compress = promisify(gzip);

/** OTLP over HTTP with protobuf bodies. `now`: milliseconds since the epoch. */
export function createHttpTransport(config: OtlpSinkConfig, now: () => number): Transport {
  const agent = agentFor(config);
  const { collectorUri } = config;
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
        const answer = await post({ url, headers, body, agent }, signal);
        if (answer.status >= 200 && answer.status < 300) return ok(answer.body);
        const secrets = custom.map(([, value]) => value);
        return failure(answer, { receiver: url, retried, nowMs: now(), secrets });
      } catch (error) {
        return unreachable(url, error);
      }
    },
    close: () => agent.destroy(),
  };
}

function agentFor({ collectorUri, tls }: OtlpSinkConfig): HttpAgent | HttpsAgent {
  const options = { keepAlive: true, maxSockets: 1 };
  if (!collectorUri.startsWith('https:')) return new HttpAgent(options);
  return new HttpsAgent({
    ...options,
    ...(tls.ca === undefined ? {} : { ca: tls.ca.reveal() }),
    ...(tls.certificate === undefined ? {} : { cert: tls.certificate.reveal() }),
    ...(tls.key === undefined ? {} : { key: tls.key.reveal() }),
  });
}

/** The statuses after which the specification lets a client try again. */
function retried(status: number): boolean {
  return status === 429 || status === 502 || status === 503 || status === 504;
}
