import type { Logger } from 'pino';
import type { CodedError } from '../core/outcome.ts';
import type { FeedEvent } from '../sinks/feed/ports.ts';

/** What stands of a sink in the log. */
interface Standing {
  /** Messages, apart from their numbers, that were logged since the sink last did well. */
  readonly told: Set<string>;
  dropped: number;
}

/** A line for every new trouble of a sink, one when it is over, none for each attempt. */
export function createSinkLog(logger: Logger): (event: FeedEvent) => void {
  const sinks = new Map<string, Standing>();

  const tell = (standing: Standing, sink: string, error: CodedError): void => {
    const gist = error.code + error.message.replace(/\d+/g, '#');
    if (standing.told.has(gist)) return;
    standing.told.add(gist);
    logger.error({ code: error.code, sink, status: error.status }, error.message);
  };

  return (event) => {
    const { sink } = event;
    const standing = sinks.get(sink) ?? { told: new Set<string>(), dropped: 0 };
    sinks.set(sink, standing);
    if (event.kind === 'failed' || event.kind === 'trouble') tell(standing, sink, event.error);
    else if (event.kind === 'dropped') {
      standing.dropped += event.samples;
      tell(standing, sink, event.error);
    } else if (event.kind === 'crashed') {
      logger.error({ code: 'AZ4008', sink, err: event.error }, `A batch of sink ${sink} could not be written.`);
    } else if (event.kind === 'recovered') {
      logger.info(
        { sink, dropped: standing.dropped },
        `Sink ${sink} delivers again; ${standing.dropped} samples were dropped.`,
      );
      sinks.delete(sink);
    }
  };
}
