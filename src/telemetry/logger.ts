import type { DestinationStream, Logger } from 'pino';
import { multistream, pino } from 'pino';
import pretty from 'pino-pretty';
import type { LogLevel } from '../core/runtime-config.ts';
import { logContext } from './log-context.ts';

/** Promitor's verbosity names and pino's levels behind them. `None` behaves like `Critical`, as it does in Promitor. */
const pinoLevels = {
  Trace: 'trace',
  Debug: 'debug',
  Information: 'info',
  Warning: 'warn',
  Error: 'error',
  Critical: 'fatal',
  None: 'fatal',
} as const satisfies Record<LogLevel, string>;

/** Where events go beside the container's log; gets them as lines of JSON with numbers as levels. */
export interface LogTarget {
  /** Least level, when it is higher than that of the log. */
  readonly level?: LogLevel | undefined;
  write(line: string): void;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly container: {
    /** False silences the container's log (`telemetry.containerLogs.isEnabled`). */
    readonly enabled: boolean;
    /** Least level, when it is higher than that of the log. */
    readonly level?: LogLevel | undefined;
  };
  readonly format: 'text' | 'json';
  /** Colours in text; false on anything but a terminal and with `NO_COLOR`. */
  readonly color: boolean;
  readonly destination: DestinationStream & NodeJS.WritableStream;
  readonly target?: LogTarget;
}

/** The program's log: one JSON object or one line of text per event, written at once. */
export function createLogger(options: LoggerOptions): Logger {
  const { container, target } = options;
  const streams = [
    ...(container.enabled ? [{ stream: containerStream(options), level: leastLevel(container.level) }] : []),
    ...(target === undefined ? [] : [{ stream: target, level: leastLevel(target.level) }]),
  ];
  const level = streams.length === 0 ? 'silent' : pinoLevels[options.level];
  return pino({ level, base: null, mixin: logContext }, multistream(streams));
}

/** The level of a running log. */
export interface LevelControl {
  /** `Critical` also stands for `None`. */
  get(): LogLevel;
  /** Holds until the next change; never lets through more than the log's targets take. */
  set(level: LogLevel): void;
}

export function levelControl(logger: Logger): LevelControl {
  const names = Object.keys(pinoLevels) as LogLevel[];
  return {
    get: () => names.find((name) => pinoLevels[name] === logger.level) ?? 'None',
    set: (level) => {
      logger.level = pinoLevels[level];
    },
  };
}

/** Every event passes that passes the log's own level, unless a higher one is wanted. */
function leastLevel(level: LogLevel = 'Trace'): (typeof pinoLevels)[LogLevel] {
  return pinoLevels[level];
}

function containerStream({ format, color, destination }: LoggerOptions): DestinationStream {
  if (format === 'json') return { write: (line) => destination.write(asPublished(line)) };
  return pretty({
    colorize: color,
    destination,
    translateTime: 'SYS:HH:MM:ss',
    singleLine: true,
    ignore: 'pid,hostname',
    sync: true,
  });
}

const labels: Readonly<Record<string, string>> = pino.levels.labels;

/** Level by name and time as people write it; both stand at the start of every line of pino. */
function asPublished(line: string): string {
  return line.replace(
    /^\{"level":(\d+),"time":(\d+)/,
    (_, level: string, time: string) =>
      `{"level":"${labels[level] ?? level}","time":"${new Date(Number(time)).toISOString()}"`,
  );
}
