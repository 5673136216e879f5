import type { Logger } from 'pino';
import type { ListEvent } from '../discovery/ports.ts';

/** Logs what happens to the lists of groups; each event is a change, so each is one line. */
export function createDiscoveryLog(logger: Logger): (event: ListEvent) => void {
  return (event) => {
    const { group } = event;
    switch (event.kind) {
      case 'changed': {
        const { size, added, removed } = event;
        const message = `Resource discovery group ${group} has ${size} resources: ${added} came, ${removed} left.`;
        logger.info({ group, resources: size, added, removed }, message);
        return;
      }
      case 'problem': {
        const { code, message, status, requestId } = event.error;
        const text = `Resource discovery group ${group} could not be refreshed: ${message}`;
        if (code === 'AZ2034') logger.warn({ code, group }, message);
        else logger.error({ code, group, status, requestId }, text);
        return;
      }
      default:
        logger.info({ code: event.code, group }, `Resource discovery group ${group} is up to date again.`);
    }
  };
}
