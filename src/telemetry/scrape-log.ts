import type { Logger } from 'pino';
import type { CodedError } from '../core/outcome.ts';
import { problemKey } from '../core/shared-causes.ts';
import type { ScrapeEvent, ScrapeItem } from '../scrape/ports.ts';
import { logContext } from './log-context.ts';

const namesShown = 5;

interface Problem {
  readonly error: CodedError;
  /** Query group that had it first. */
  readonly queryGroup: string | undefined;
  readonly items: Map<string, ScrapeItem>;
}

/**
 * Logs what runs come to, one line per problem and only when something changed: a problem that lasts is not repeated,
 * a problem that ends is told once.
 */
export interface ScrapeLog {
  note(event: ScrapeEvent): void;
  /**
   * Ends a run of a schedule: writes the lines of what changed since its run before. `asked`: ids of the items that the
   * run was about; those of the whole schedule unless given.
   */
  endRun(scheduleCron: string, asked?: ReadonlySet<string>): void;
  /** Failing items of a schedule in words, one line per problem; empty when nothing fails. */
  problems(scheduleCron: string): readonly string[];
}

export function createScrapeLog(logger: Logger): ScrapeLog {
  const standing = new Map<string, Map<string, Problem>>();
  const current = new Map<string, Map<string, Problem>>();

  const noteFailure = (item: ScrapeItem, error: CodedError): void => {
    const cron = item.metric.schedule.cron;
    const key = problemKey(error.code, item.metric.name);
    const problems = current.get(cron) ?? new Map<string, Problem>();
    const problem = problems.get(key) ?? { error, queryGroup: logContext().queryGroup, items: new Map() };
    problem.items.set(item.id, item);
    current.set(cron, problems.set(key, problem));
  };

  const forget = ({ id, metric }: ScrapeItem): void => {
    const problems = standing.get(metric.schedule.cron) ?? new Map<string, Problem>();
    for (const [key, { items }] of problems) {
      items.delete(id);
      if (items.size === 0) problems.delete(key);
    }
  };

  const keepUnasked = (before: Map<string, Problem>, now: Map<string, Problem>, asked: ReadonlySet<string>): void => {
    for (const [key, problem] of before) {
      const kept = [...problem.items].filter(([id]) => !asked.has(id));
      const known = now.get(key);
      if (kept.length > 0) now.set(key, { ...(known ?? problem), items: new Map([...kept, ...(known?.items ?? [])]) });
    }
  };

  const noteOther = (event: Exclude<ScrapeEvent, { kind: 'failed' }>): void => {
    switch (event.kind) {
      case 'grainReplaced': {
        const { metricName, declaredMs, usedMs } = event;
        const message = `Azure does not offer ${metricName} every ${declaredMs / 1000} s; the closest offered interval, ${usedMs / 1000} s, is used.`;
        logger.warn({ code: 'AZ2010', metric: event.item.metric.name }, message);
        return;
      }
      case 'dropped':
        logger.error(
          { code: 'AZ2011', metric: event.item.metric.name, dropped: event.series },
          `${event.series} series of ${event.item.metric.name} are not kept, because seriesLimit is reached.`,
        );
        return;
      case 'left':
        // One line of the discovery group, or of the reload, tells of all its resources.
        if (event.reason === 'unplanned') {
          forget(event.item);
          return;
        }
        logger.info(
          { metric: event.item.metric.name, resource: event.item.resource.id },
          `The series of ${event.item.metric.name} of ${event.item.resource.id} are removed: ${event.reason === 'gone' ? 'Azure says that the resource does not exist' : 'it has failed for too long'}.`,
        );
        return;
      default:
    }
  };

  const compare = (before: Map<string, Problem>, now: Map<string, Problem>): void => {
    for (const [key, { error, queryGroup, items }] of now) {
      const known = before.get(key);
      const same = known !== undefined && gist(known.error) === gist(error);
      if (same && [...items.keys()].every((id) => known.items.has(id))) continue;
      const { code, status, requestId } = error;
      const { metrics, resources } = namesOf(items);
      const many = items.size > 1 ? ` (${items.size} items)` : '';
      logger.error(
        { code, status, queryGroup, requestId, metrics, resources, items: items.size },
        `${error.message}${many}`,
      );
    }
    const failing = new Set([...now.values()].flatMap(({ items }) => [...items.keys()]));
    for (const { error, items } of before.values()) {
      const healed = new Map([...items].filter(([id]) => !failing.has(id)));
      if (healed.size === 0) continue;
      const { metrics, resources } = namesOf(healed);
      logger.info(
        { code: error.code, metrics, resources, items: healed.size },
        `No longer failing with ${error.code}: ${healed.size === 1 ? '1 item' : `${healed.size} items`}.`,
      );
    }
  };

  return {
    note(event) {
      if (event.kind === 'failed') noteFailure(event.item, event.error);
      else noteOther(event);
    },
    endRun(cron, asked) {
      const now = current.get(cron) ?? new Map<string, Problem>();
      const before = standing.get(cron) ?? new Map<string, Problem>();
      if (asked !== undefined) keepUnasked(before, now, asked);
      compare(before, now);
      standing.set(cron, now);
      current.delete(cron);
    },
    problems: (cron) =>
      [...(current.get(cron) ?? standing.get(cron) ?? new Map<string, Problem>()).values()].map(
        ({ error, items }) => `${error.code}: ${error.message}${items.size > 1 ? ` (${items.size} items)` : ''}`,
      ),
  };
}

/** What a message says apart from its numbers: sizes and times change from run to run, causes seldom. */
function gist({ message }: CodedError): string {
  return message.replace(/\d+/g, '#');
}

function namesOf(items: ReadonlyMap<string, ScrapeItem>): { metrics: string[]; resources: string[] } {
  const list = [...items.values()];
  const distinct = (names: string[]): string[] => [...new Set(names)].slice(0, namesShown);
  return {
    metrics: distinct(list.map((item) => item.metric.name)),
    resources: distinct(list.map((item) => item.resource.instanceName || item.resource.id)),
  };
}
