import { readFileSync } from 'node:fs';
import { watchDestination } from '../telemetry/log-destination.ts';
import { runCommand } from './commands/run.ts';
import { commands } from './commands.ts';
import { commandHelp, overview } from './help.ts';
import type { Io } from './io.ts';
import { commonFlags, isSet, parseFlags, UsageError } from './options.ts';

const usageExitCode = 2;

/** Runs the command that the process was started with, and ends the process with its exit code. */
export async function start(): Promise<void> {
  // Timers of the clock keep no process alive; a command that waits for nothing else must not end half-way.
  setInterval(() => undefined, 60_000);
  process.exit(await main(process.argv.slice(2), processIo()));
}

/** Finds the command and runs it; the result is the exit code. */
async function main(args: readonly string[], io: Io): Promise<number> {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const [first = ''] = args;
  const named = first !== '' && !first.startsWith('-');
  const command = named ? commands.find(({ name }) => name === first) : runCommand;
  try {
    if (command === undefined) throw new UsageError(unknownCommand(first));
    const { given, words } = parseFlags(named ? args.slice(1) : args, { ...command.flags, ...commonFlags });
    if (isSet(given, 'version')) {
      await io.out(`${version}\n`);
      return 0;
    }
    if (isSet(given, 'help')) {
      await io.out(named ? commandHelp(command) : overview(commands));
      return 0;
    }
    if (words.length > 0 && command.words === undefined) throw new UsageError(`${command.name} takes no ${words[0]}`);
    return await command.run({ given, words, io, version });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.err(`azimuth: ${error.message}\nSee azimuth ${named && command !== undefined ? `${first} ` : ''}--help.\n`);
    return usageExitCode;
  }
}

function unknownCommand(name: string): string {
  return `there is no command ${name}; there are ${commands.map((command) => command.name).join(', ')}`;
}

function processIo(): Io {
  let stopSignal: Promise<string> | undefined;
  const log = watchDestination(process.stderr);
  return {
    env: process.env,
    out: (text) =>
      new Promise((resolve) => {
        // A reader that has enough (`| head`) closes the pipe; that is no failure.
        process.stdout.once('error', () => resolve());
        process.stdout.write(text, () => resolve());
      }),
    err: (text) => void process.stderr.write(text),
    logDestination: log.stream,
    logFailure: () => log.failure(),
    isTerminal: process.stderr.isTTY,
    stopSignal() {
      stopSignal ??= new Promise((resolve) => {
        for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
      });
      return stopSignal;
    },
    onHangUp(listener) {
      process.on('SIGHUP', listener);
      return () => process.off('SIGHUP', listener);
    },
    setEnv: (name, value) => {
      process.env[name] = value;
    },
    unsetEnv: (name) => {
      delete process.env[name];
    },
  };
}
