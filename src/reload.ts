import type { Logger } from 'pino';
import type { Configured } from './compose/core.ts';
import type { LoadedConfiguration } from './config/load.ts';
import { pin } from './config/pinned.ts';
import { formatProblem, type Problem } from './config/problem.ts';
import { watchFiles } from './config/watch.ts';
import type { Clock } from './core/clock.ts';
import type { Exporter } from './exporter.ts';
import type { ConfigurationProblem, ConfigurationView } from './status/ports.ts';

/** A configuration without anything that keeps it from running. */
type Runnable = Pick<Configured, 'runtime' | 'declaration'>;

export interface ReloaderInput {
  readonly exporter: Pick<Exporter, 'reconfigure' | 'registry'>;
  /** What the program started with, and what was made of it. */
  readonly loaded: LoadedConfiguration;
  readonly started: Runnable;
  /** Loads the files as at the start. */
  readonly load: () => LoadedConfiguration;
  /** What is made of loaded files before they are used: the demo points them to its own Azure. */
  readonly adapt: (runnable: Runnable) => Runnable;
  /** Why a start would refuse what can be run otherwise; undefined when it would not. */
  readonly refusal: (runnable: Runnable) => string | undefined;
  /** Changes when a file does; see `stampOf`. */
  readonly stamp: (path: string) => string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Puts changed files in force while the program runs: as a whole, or not at all. */
export interface Reloader {
  /** Loads the files anew. The problems that kept them from being used; none when they are in force. Never rejects. */
  reload(why: string): Promise<readonly string[]>;
  /** What is in force, and what became of the last attempt. */
  view(): ConfigurationView;
  /** Watches the files no longer. */
  stop(): void;
}

export function createReloader(input: ReloaderInput): Reloader {
  const { exporter, clock, logger } = input;
  const { registry } = exporter;
  let runnable = input.started;
  let inForce = input.loaded;
  let loadedMs = clock.now();
  /** What the last attempt looked at: files that are refused may lead to others than those in force. */
  let looked = inForce.watched;
  let last: ConfigurationView['lastReload'];
  let turn: Promise<unknown> = Promise.resolve();

  const accepted = (next: LoadedConfiguration): void => {
    if (next.hash !== inForce.hash) {
      registry.drop('configInfo', { hash: inForce.hash });
      loadedMs = clock.now();
    }
    inForce = next;
    registry.set('configInfo', { hash: inForce.hash }, 1);
    registry.set('configReloadSuccessful', {}, 1);
    registry.set('configReloadTimestamp', {}, clock.now() / 1000);
  };
  const refused = (problems: readonly ConfigurationProblem[]): readonly string[] => {
    last = { atMs: clock.now(), accepted: false, problems };
    registry.set('configReloadSuccessful', {}, 0);
    const sentences = problems.map(
      ({ where, code, message }) => `${where === '' ? '' : `${where}: `}${code}: ${message}`,
    );
    for (const sentence of sentences) logger.error({ code: 'AZ2031' }, sentence);
    logger.error({ code: 'AZ2031' }, 'The changed configuration is not used; what was in force stays.');
    return sentences;
  };
  const use = async (next: LoadedConfiguration, found: Runnable, why: string): Promise<void> => {
    const { waiting, ...pinned } = pin(runnable, input.adapt(found));
    const invalidMetrics = next.invalidMetrics.map(({ name }) => name);
    await exporter.reconfigure({ ...pinned, invalidMetrics });
    runnable = pinned;
    for (const problem of next.problems) {
      if (!inForce.problems.some((known) => sameProblem(known, problem)))
        logger.warn({ code: problem.code }, formatProblem(problem));
    }
    accepted(next);
    const count = pinned.declaration.metrics.length;
    logger.info({ hash: next.hash }, `The configuration was reloaded (${why}): ${count} metrics are scraped.`);
    if (waiting.length > 0)
      logger.warn({ code: 'AZ2032' }, `These changes count from the next start: ${waiting.join(', ')}.`);
  };
  const attempt = async (why: string): Promise<readonly string[]> => {
    try {
      const next = input.load();
      looked = next.watched;
      const problems = newErrors(inForce, next);
      if (problems.length > 0) return refused(problems);
      const { runtime, declaration } = next;
      if (next.refusal !== undefined || runtime === undefined || declaration === undefined)
        return refused([asProblem(next.refusal?.message ?? 'Nothing can be run.')]);
      const refusal = input.refusal({ runtime, declaration });
      if (refusal !== undefined) return refused([asProblem(refusal)]);
      if (next.hash !== inForce.hash) await use(next, { runtime, declaration }, why);
      else {
        accepted(next);
        if (last?.accepted === false) logger.info({ hash: next.hash }, `The files are those in force again (${why}).`);
      }
      last = { atMs: clock.now(), accepted: true, problems: [] };
      return [];
    } catch (error) {
      logger.error({ code: 'AZ2007', err: error }, 'A reload crashed.');
      return refused([asProblem(error instanceof Error ? error.message : String(error))]);
    }
  };
  const reload = (why: string): Promise<readonly string[]> => {
    const result = turn.then(() => attempt(why));
    turn = result;
    return result;
  };

  accepted(inForce);
  const stop = watchFiles({
    paths: () => [...new Set([...inForce.watched, ...looked])],
    stamp: input.stamp,
    clock,
    onChange: () => void reload('its files changed'),
  });
  return {
    reload,
    view: () => ({
      files: inForce.files,
      loadedMs,
      hash: inForce.hash,
      problems: inForce.problems.map(viewOf),
      ...(last === undefined ? {} : { lastReload: last }),
    }),
    stop,
  };
}

/**
 * Errors that the files in force do not have. Others were accepted at the start, where the metric that has them is left
 * out; by a reload a mistake must not take a series away.
 */
function newErrors(inForce: LoadedConfiguration, next: LoadedConfiguration): ConfigurationProblem[] {
  const errors = next.problems.filter(({ severity }) => severity === 'error');
  return errors.filter((error) => !inForce.problems.some((known) => sameProblem(known, error))).map(viewOf);
}

/** Lines move with every edit above them. */
function sameProblem(one: Problem, other: Problem): boolean {
  return one.code === other.code && one.message === other.message && one.metric === other.metric;
}

function viewOf({ severity, code, message, file, line, column, metric }: Problem): ConfigurationProblem {
  const where = `${file}:${line}:${column}`;
  return { severity, code, message, where, ...(metric === null ? {} : { metric }) };
}

function asProblem(message: string): ConfigurationProblem {
  return { severity: 'error', code: 'AZ2031', message, where: '' };
}
