import type { Logger } from 'pino';
import { nodeFileSystem } from '../config/file-system.ts';
import { type LoadedConfiguration, loadConfiguration } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import type { Declaration } from '../core/declaration.ts';
import type { RuntimeConfig } from '../core/runtime-config.ts';
import { createLogger, type LogTarget } from '../telemetry/logger.ts';
import { reservedNames } from '../telemetry/registry.ts';
import type { CommandInput } from './command.ts';
import { isSet, logLevel, oneOf, port, text } from './options.ts';

/** Loads the configuration that the flags and the environment name. */
export function load({ given, io }: CommandInput, changes: { readonly folder?: string } = {}): LoadedConfiguration {
  const folderFlag = text(given, 'config-folder') ?? changes.folder;
  const portFlag = port(given, 'port');
  return loadConfiguration({
    ...(folderFlag === undefined ? {} : { folderFlag }),
    ...(portFlag === undefined ? {} : { port: portFlag }),
    strict: isSet(given, 'strict'),
    env: io.env,
    fileSystem: nodeFileSystem,
    reservedNames: reservedNames(),
  });
}

/** The log as the flags, else the runtime file, want it. */
export function loggerFor({ given, io }: CommandInput, runtime: RuntimeConfig | undefined, target?: LogTarget): Logger {
  const telemetry = runtime?.telemetry;
  const flag = logLevel(given);
  return createLogger({
    level: flag ?? telemetry?.level ?? 'Information',
    // The flag is the last word on the container's log.
    container: {
      enabled: telemetry?.containerLogs.isEnabled ?? true,
      ...(flag === undefined ? { level: telemetry?.containerLogs.level } : {}),
    },
    format: oneOf(given, 'log-format', ['text', 'json']) ?? 'text',
    color: io.isTerminal && (io.env['NO_COLOR'] ?? '') === '',
    destination: io.logDestination,
    ...(target === undefined ? {} : { target }),
  });
}

export interface Runnable {
  readonly runtime: RuntimeConfig;
  readonly declaration: Declaration;
}

/** Logs every problem, and why nothing is started when that is so. */
export function accept(loaded: LoadedConfiguration, logger: Logger): Runnable | number {
  for (const problem of loaded.problems) {
    const { code, severity, file, line, metric } = problem;
    const fields = { code, file, line, ...(metric === null ? {} : { metric }) };
    if (severity === 'error') logger.error(fields, formatProblem(problem));
    else logger.warn(fields, formatProblem(problem));
  }
  if (loaded.refusal !== undefined) {
    logger.fatal(loaded.refusal.message);
    return loaded.refusal.exitCode;
  }
  const { runtime, declaration } = loaded;
  if (runtime === undefined || declaration === undefined) return 2;
  return { runtime, declaration };
}
