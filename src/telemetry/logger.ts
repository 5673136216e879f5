import type { DestinationStream, Logger } from 'pino';
import { pino } from 'pino';
import pretty from 'pino-pretty';
import type { LogLevel } from '../core/runtime-config.ts';

/** Promitor's verbosity names and pino's levels behind them. `None` behaves like `Critical`, as it does in Promitor. */
const pinoLevels: Readonly<Record<LogLevel, string>> = {
  Trace: 'trace',
  Debug: 'debug',
  Information: 'info',
  Warning: 'warn',
  Error: 'error',
  Critical: 'fatal',
  None: 'fatal',
};

export interface LoggerOptions {
  readonly level: LogLevel;
  /** False silences the log altogether (`telemetry.containerLogs.isEnabled`). */
  readonly enabled: boolean;
  readonly format: 'text' | 'json';
  /** Colours in text; false on anything but a terminal and with `NO_COLOR`. */
  readonly color: boolean;
  readonly destination: DestinationStream & NodeJS.WritableStream;
}

/** The program's log: one JSON object or one line of text per event, written at once. */
export function createLogger(options: LoggerOptions): Logger {
  const settings = { level: options.enabled ? pinoLevels[options.level] : 'silent', base: null };
  if (options.format === 'json') {
    const formatters = { level: (label: string) => ({ level: label }) };
    return pino({ ...settings, formatters, timestamp: pino.stdTimeFunctions.isoTime }, options.destination);
  }
  const stream = pretty({
    colorize: options.color,
    destination: options.destination,
    translateTime: 'SYS:HH:MM:ss',
    singleLine: true,
    ignore: 'pid,hostname',
    sync: true,
  });
  return pino(settings, stream);
}
