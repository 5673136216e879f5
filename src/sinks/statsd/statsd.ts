import { type Outcome, ok } from '../../core/outcome.ts';
import type { StatsdSinkConfig } from '../../core/runtime-config.ts';
import type { Part, Sink, Taken } from '../feed/ports.ts';
import { type Channel, type OpenChannel, openChannel } from './channel.ts';
import { type Burst, encode } from './encode.ts';

/** StatsD gauges over UDP or a Unix stream socket, in Promitor's wire forms. */
export function createStatsdSink(config: StatsdSinkConfig, open: OpenChannel = openChannel): Sink {
  return {
    *parts(batch) {
      const line = createLine(config, open);
      try {
        for (const burst of encode(config, batch)) yield partOf(burst, line);
      } finally {
        line.close();
      }
    },
    close: () => Promise.resolve(),
  };
}

/** A channel that is opened when it is needed, and anew after a failure. */
interface Line {
  send(datagrams: readonly Buffer[], signal: AbortSignal): Promise<Outcome<Taken>>;
  close(): void;
}

function createLine({ target }: StatsdSinkConfig, open: OpenChannel): Line {
  let channel: Channel | undefined;
  const close = (): void => {
    channel?.close();
    channel = undefined;
  };
  return {
    async send(datagrams, signal) {
      signal.addEventListener('abort', close, { once: true });
      try {
        channel ??= await opened(open, target, signal);
        await channel.send(datagrams);
        return ok({ refused: 0 });
      } catch (error) {
        close();
        const where = target.kind === 'udp' ? `${target.host}:${target.port}` : target.path;
        const why = error instanceof Error ? error.message : String(error);
        return { kind: 'retry', error: { code: 'AZ4001', message: `StatsD at ${where} cannot be reached: ${why}` } };
      } finally {
        signal.removeEventListener('abort', close);
      }
    },
    close,
  };
}

/** A channel that comes too late is closed at once. */
async function opened(open: OpenChannel, target: StatsdSinkConfig['target'], signal: AbortSignal): Promise<Channel> {
  const channel = await open(target);
  if (!signal.aborted) return channel;
  channel.close();
  throw new Error('the attempt is over');
}

function partOf({ datagrams, samples, skipped }: Burst, line: Line): Part {
  return { samples, skipped, send: (signal) => line.send(datagrams, signal) };
}
