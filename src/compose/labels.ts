import type { Logger } from 'pino';
import { type Clock, sleep } from '../core/clock.ts';
import type { ResourceLabels } from '../core/declaration.ts';
import type { LabelPair } from '../core/labels.ts';
import { createLabelBook } from '../discovery/labels.ts';
import type { GraphSource } from '../discovery/ports.ts';
import type { PlannedResource, ScrapePlan } from '../plan/types.ts';
import type { SeriesStore } from '../store/ports.ts';
import { createResourceInfo } from '../telemetry/resource-info.ts';

/** A run waits this long for labels of resources that are new, milliseconds; without them their series would change soon. */
const waitMs = 15_000;
/** A look-up may wait this long for quota and answers, milliseconds. */
const timeoutMs = 120_000;

export interface ComposedLabelsInput {
  /** Labels under the configuration before; they go on when nothing of them has changed. */
  readonly before?: ComposedLabels | undefined;
  readonly wanted: ResourceLabels | undefined;
  readonly graph: GraphSource;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds from one look-up to the next. */
  readonly intervalMs: number;
  /** The plan in force, whose resources are looked up. */
  readonly plan: () => ScrapePlan;
  readonly statusStore: SeriesStore;
  readonly prefix: 'azimuth' | 'promitor';
}

/** Tags and properties as labels, kept up to date. Does nothing when none were declared. */
export interface ComposedLabels {
  /** What they were made of, as text. */
  readonly key: string;
  /** Labels for the plan; none with `as: info`. */
  labelsOf(resourceKey: string): readonly LabelPair[];
  version(): number;
  /** Looks up the labels of the plan's resources once. Never throws. */
  refresh(signal: AbortSignal): Promise<void>;
  /** Resolves when every resource of the plan was looked up once, or after 15 seconds. */
  ready(signal: AbortSignal): Promise<void>;
  /** Shows `azimuth_resource_info` for the plan, when it was asked for. */
  publish(): void;
  /** Looks up labels at every interval from now on. */
  start(): void;
  stop(): void;
}

/** No closure may hold `before`: each configuration would keep all before it in memory. */
export function composeLabels({ before, ...input }: ComposedLabelsInput): ComposedLabels {
  const { wanted, clock, plan } = input;
  const key = JSON.stringify([wanted, input.intervalMs]);
  if (before?.key === key) return before;
  let started = false;
  const stopping = new AbortController();
  const book = wanted === undefined ? undefined : createLabelBook(wanted, input.graph);
  const show = createResourceInfo(input.statusStore, input.prefix);
  const tell = teller(input.logger);
  let asked: ReadonlySet<string> = new Set();
  let settled: ScrapePlan | undefined;
  let pending: Promise<void> | undefined;
  let cancel: () => void = () => undefined;

  const lookUp = async (signal: AbortSignal): Promise<void> => {
    if (book === undefined) return;
    const resources = resourcesOf(plan());
    asked = new Set(resources.map(({ key }) => key));
    const late = new AbortController();
    const done = clock.after(timeoutMs, () => late.abort());
    const bounds = AbortSignal.any([signal, stopping.signal, late.signal]);
    const errors = await book.refresh(resources, bounds).finally(done);
    if (!signal.aborted && !stopping.signal.aborted) tell(errors.map(({ code, message }) => `${code}: ${message}`));
  };
  const refresh = (signal: AbortSignal): Promise<void> => {
    pending ??= lookUp(signal).finally(() => {
      pending = undefined;
    });
    return pending;
  };
  const arm = (): void => {
    if (stopping.signal.aborted) return;
    cancel = clock.after(input.intervalMs, () => void refresh(stopping.signal).then(arm));
  };
  return {
    key,
    labelsOf: (key) => (wanted?.as === 'labels' ? (book?.labelsOf(key) ?? []) : []),
    version: () => (wanted?.as === 'labels' ? (book?.version() ?? 0) : 0),
    refresh,
    async ready(signal) {
      const now = plan();
      if (book === undefined || now === settled) return;
      if (resourcesOf(now).every(({ key }) => asked.has(key))) {
        settled = now;
        return;
      }
      const over = new AbortController();
      await Promise.race([refresh(stopping.signal), sleep(clock, waitMs, AbortSignal.any([signal, over.signal]))]);
      over.abort();
    },
    publish() {
      if (book === undefined || wanted?.as !== 'info') return;
      const shown = resourcesOf(plan()).map(({ id, key }) => ({ id, labels: book.labelsOf(key) }));
      show(shown, clock.now());
    },
    start: () => {
      if (book !== undefined && !started) arm();
      started = true;
    },
    stop() {
      stopping.abort();
      cancel();
    },
  };
}

function resourcesOf({ groups }: ScrapePlan): PlannedResource[] {
  const all = groups.flatMap(({ items }) => items.map(({ resource }) => resource));
  return [...new Map(all.map((resource) => [resource.id, resource])).values()];
}

/** One line when look-ups begin to fail or fail for another reason, one when they succeed again. */
function teller(logger: Logger): (problems: readonly string[]) => void {
  let told = '';
  return (problems) => {
    const text = problems.join(' ');
    if (text === told) return;
    told = text;
    if (text === '') logger.info('Tags and properties of resources can be looked up again.');
    else logger.warn({ code: 'AZ2050' }, `Tags and properties of resources keep their last values as labels: ${text}`);
  };
}
