import { commands } from '../src/cli/commands.ts';
import { commonFlags, type Flags } from '../src/cli/options.ts';
import { table } from './markdown.ts';

/** What the exit codes mean, for all commands. */
const exitCodes = [
  ['0', 'all is well'],
  ['1', 'a crash, or a port that is taken; for `health` and `explain --url`: the exporter does not answer'],
  ['2', 'the configuration or the command line is refused'],
  ['3', 'the configuration folder is missing'],
  ['4', 'a required file is missing'],
  ['5', 'some or all scrapes, or a discovery group, failed (`scrape`, `discover`)'],
  ['6', 'a permission is missing (`check`)'],
  ['7', 'no such series (`explain`)'],
];

/** `docs/commands.md`: every command and flag. */
export function commandsPage(): string {
  const parts = commands.map(({ name, words, summary, flags }) => {
    const own = Object.keys(flags).length === 0 ? 'It has no flags of its own.' : flagTable(flags);
    const usage = ['azimuth', name, ...(words === undefined ? [] : [words]), '[FLAGS]'].join(' ');
    return `## azimuth ${name}\n\n\`${usage}\`: ${summary}.\n\n${own}\n`;
  });
  return `# Commands

\`bin/azimuth.js\`, in a checkout \`npx azimuth\`, in the image the entry point. Without a command it is \`run\`. Data goes to
standard output, the log to standard error. A flag wins over the environment, that over the file. This page is made from
the table of commands.

${parts.join('\n')}
## Flags of every command

${flagTable(commonFlags)}

## Exit codes

${table(['code', 'meaning'], exitCodes)}
`;
}

function flagTable(flags: Flags): string {
  const rows = Object.entries(flags).map(([name, { value, help }]) => [
    `\`--${name}${value === undefined ? '' : ` ${value}`}\``,
    help,
  ]);
  return table(['flag', 'meaning'], rows);
}
