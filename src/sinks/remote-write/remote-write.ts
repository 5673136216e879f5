import { compress } from 'snappyjs';
import { type Outcome, ok } from '../../core/outcome.ts';
import type { RemoteWriteSinkConfig } from '../../core/runtime-config.ts';
import type { Part, Sink, Taken } from '../feed/ports.ts';
import { keepAgent } from '../http/agent.ts';
import { failure, type PostAnswer, post, unreachable } from '../http/post.ts';
import { createEncoder, protocolHeaders } from './encode.ts';
import type { Authorization, PointBatch } from './ports.ts';
import { halves, type Range, samplesIn, toRanges } from './ranges.ts';

export interface RemoteWriteOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly userAgent: string;
  readonly authorization: Authorization;
}

/**
 * Sends buckets to a receiver of remote write. A request that is refused because of some of its samples is halved
 * until they are alone; whatever else is wrong is tried again, because no sample is to blame for it.
 */
export function createRemoteWriteSink(config: RemoteWriteSinkConfig, options: RemoteWriteOptions): Sink<PointBatch> {
  const encode = createEncoder(config.protocol, config.externalLabels);
  const { url } = config;
  const agent = keepAgent(url, config.tls);

  const send = async (range: Range, split: (() => void) | undefined, signal: AbortSignal): Promise<Outcome<Taken>> => {
    const authorized = await options.authorization.header(signal);
    if (authorized.kind !== 'ok') return { kind: 'retry', error: authorized.error };
    const authorization = authorized.value;
    const custom = config.headers.map(({ name, value }) => [name, value.reveal()] as const);
    const headers = {
      ...Object.fromEntries(custom),
      'user-agent': options.userAgent,
      'content-encoding': 'snappy',
      ...protocolHeaders[config.protocol],
      ...(authorization === undefined ? {} : { authorization }),
    };
    const secrets = [...custom.map(([, value]) => value), ...secretsOf(authorization)];
    const around = { receiver: nameOf(url), retried: (status: number) => !blamesSamples(status), nowMs: options.now() };
    try {
      const answer = await post({ url, headers, body: compress(encode(range)), agent: agent.current() }, signal);
      if (answer.status >= 200 && answer.status < 300) return ok({ refused: 0 });
      if (answer.status === 401 && authorization !== undefined) options.authorization.refused(authorization);
      if (!isRefusal(answer)) return failure(answer, { ...around, retried: () => true, secrets });
      if (split === undefined) return failure(answer, { ...around, retried: () => false, secrets });
      split();
      return ok({ refused: 0, again: samplesIn(range) });
    } catch (error) {
      return unreachable(nameOf(url), error);
    }
  };

  const partOf = (range: Range, waiting: Range[]): Part => {
    const halved = halves(range);
    const split = halved && ((): void => void waiting.unshift(...halved));
    return { samples: samplesIn(range), skipped: 0, send: (signal) => send(range, split, signal) };
  };

  return {
    *parts(batch) {
      const waiting = toRanges(batch.points, config.samplesPerRequest);
      for (let range = waiting.shift(); range !== undefined; range = waiting.shift()) yield partOf(range, waiting);
      batch.delivered();
    },
    close() {
      agent.close();
      return Promise.resolve();
    },
  };
}

/** Statuses that are about what the request holds. */
function blamesSamples(status: number): boolean {
  return status === 400 || status === 413 || status === 422;
}

/** Prometheus says 500, which usually passes, to samples that are too old for its out-of-order window. */
const forAge = /too old|out of bounds|out of order|duplicate sample/i;

function isRefusal({ status, body }: PostAnswer): boolean {
  return blamesSamples(status) || (status === 500 && forAge.test(body.toString('utf8')));
}

/** The address without its query, for messages. */
function nameOf(url: string): string {
  return url.replace(/\?.*$/, '');
}

/** The header, and what stands behind its scheme. */
function secretsOf(authorization: string | undefined): string[] {
  return authorization === undefined ? [] : [authorization, authorization.replace(/^\S+ /, '')];
}
