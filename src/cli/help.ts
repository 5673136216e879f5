import type { Command } from './command.ts';
import { commonFlags, type Flags } from './options.ts';

/** Text of `azimuth --help`. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'azimuth: Azure Monitor metrics for Prometheus',
    '',
    'Usage: azimuth [COMMAND] [FLAGS]',
    '',
    'Commands:',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'Flags of every command:',
    ...flagLines(commonFlags),
    '',
    'See azimuth COMMAND --help for the flags of one command.',
    '',
  ].join('\n');
}

/** Text of `azimuth COMMAND --help`. */
export function commandHelp(command: Command): string {
  const words = command.words === undefined ? '' : ` ${command.words}`;
  return [
    `azimuth ${command.name}: ${command.summary}`,
    '',
    `Usage: azimuth ${command.name}${words} [FLAGS]`,
    '',
    'Flags:',
    ...flagLines({ ...command.flags, ...commonFlags }),
    '',
  ].join('\n');
}

function flagLines(flags: Flags): string[] {
  const rows = Object.entries(flags).map(([name, { value, help }]) => ({
    left: `  --${name}${value === undefined ? '' : ` ${value}`}`,
    help,
  }));
  const width = Math.max(...rows.map(({ left }) => left.length));
  return rows.map(({ left, help }) => `${left.padEnd(width)}  ${help}`);
}
