import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './helm.ts';

const folder = join(root, 'docs/walkthroughs');
const valuesFolder = 'docs/walkthroughs/values';

export interface Walkthrough {
  readonly name: string;
  readonly text: string;
  /** Contents of the fenced blocks, in order. */
  readonly blocks: readonly { readonly language: string; readonly text: string }[];
}

export const walkthroughs: readonly Walkthrough[] = readdirSync(folder)
  .filter((name) => name.endsWith('.md') && name !== 'README.md')
  .map((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const blocks = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', block = '']) => ({
      language,
      text: block,
    }));
    return { name, text, blocks };
  });

/** Values files by their path from the root of the checkout. */
export const valuesFiles: readonly string[] = readdirSync(join(root, valuesFolder)).map(
  (name) => `${valuesFolder}/${name}`,
);

/** What commands of the pages would put into variables; the literal ones are read from the page. */
const found: Readonly<Record<string, string>> = {
  REGISTRY: 'azimuth471147',
  BUS: 'sb-azimuth-4711',
  SUBSCRIPTION: '0f9d7fea-99e8-4768-8672-06a28514f77e',
  TENANT: 'c8819874-9e56-4e3f-b1a8-1c0325138f27',
  CLIENT_ID: '5e8a2f90-13c7-4db4-a6f2-91b7c0d4e835',
  RESOURCE_ID:
    '/subscriptions/0f9d7fea-99e8-4768-8672-06a28514f77e/resourcegroups/rg-azimuth/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-azimuth',
};

/** Lines of shell of a page, continued lines joined, variables replaced. An unknown variable stays as it is. */
export function commandsOf({ blocks }: Walkthrough): readonly string[] {
  const shell = blocks.filter(({ language }) => language === 'sh').map(({ text }) => text);
  const lines = shell.join('').replaceAll('\\\n', ' ').split('\n');
  const literals = lines.flatMap((line) => {
    const [, name = '', value = ''] = /^([A-Z_]+)=([\w./-]+)$/.exec(line) ?? [];
    return name === '' ? [] : [[name, value]];
  });
  const variables: Readonly<Record<string, string>> = { ...Object.fromEntries(literals), ...found };
  return lines.map((line) => line.replace(/\$([A-Z_]+)/g, (whole, name: string) => variables[name] ?? whole));
}

/** Flags for `helm template` that come to the same as the command that installs or upgrades Azimuth. */
export interface Installation {
  readonly page: string;
  readonly command: string;
  readonly flags: readonly string[];
}

/** Every installation and upgrade of Azimuth, in the order of the pages; `--reuse-values` adds to the one before. */
export function installations(): readonly Installation[] {
  return walkthroughs.flatMap((page) => {
    let before: readonly string[] = [];
    return commandsOf(page)
      .filter((command) => /^helm upgrade .*charts\/azimuth /.test(command))
      .map((command): Installation => {
        const own = [...command.matchAll(/--(values|set|namespace) (\S+)/g)].flatMap(([, flag, value = '']) => [
          `--${flag}`,
          value.replaceAll('"', ''),
        ]);
        before = command.includes('--reuse-values') ? [...before, ...own] : own;
        return { page: page.name, command, flags: before };
      });
  });
}
