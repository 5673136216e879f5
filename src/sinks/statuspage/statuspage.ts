import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type Outcome, ok } from '../../core/outcome.ts';
import type { StatuspageSinkConfig } from '../../core/runtime-config.ts';
import type { Sink, Taken } from '../feed/ports.ts';
import { rowsOf } from '../feed/samples.ts';
import { failure, post, unreachable } from '../http/post.ts';

/**
 * Each value of a mapped metric is a request, as from Promitor; its time is the end of the bucket. Takes batches whose
 * families are named by ids of Statuspage (`mapToIds`). `now`: milliseconds since the epoch.
 */
export function createStatuspageSink(config: StatuspageSinkConfig, now: () => number): Sink {
  const options = { keepAlive: true, maxSockets: 1 };
  const agent = config.apiUri.startsWith('https:') ? new HttpsAgent(options) : new HttpAgent(options);

  const sendPoint = async (id: string, value: number, timeMs: number, signal: AbortSignal): Promise<Outcome<Taken>> => {
    const key = config.apiKey.reveal();
    const url = `${config.apiUri}/pages/${encodeURIComponent(config.pageId)}/metrics/${encodeURIComponent(id)}/data`;
    const headers = { authorization: `OAuth ${key}`, 'content-type': 'application/json' };
    const body = Buffer.from(JSON.stringify({ data: { timestamp: Math.floor(timeMs / 1000), value } }));
    const receiver = `Statuspage (metric ${id})`;
    try {
      const answer = await post({ url, headers, body, agent }, signal);
      if (answer.status >= 200 && answer.status < 300) return ok({ refused: 0 });
      return failure(answer, { receiver, retried, nowMs: now(), secrets: [key] });
    } catch (error) {
      return unreachable(receiver, error);
    }
  };

  return {
    *parts(batch) {
      for (const { family, value, timeMs } of rowsOf(batch)) {
        if (value === undefined) yield { samples: 0, skipped: 1, send: nothing };
        else yield { samples: 1, skipped: 0, send: (signal) => sendPoint(family.name, value, timeMs, signal) };
      }
    },
    close() {
      agent.destroy();
      return Promise.resolve();
    },
  };
}

const nothing = (): Promise<Outcome<Taken>> => Promise.resolve(ok({ refused: 0 }));

/** Statuspage says 429, and 420 to older keys, when a key makes more than a request a second. */
function retried(status: number): boolean {
  return status === 408 || status === 420 || status === 429 || status >= 500;
}
