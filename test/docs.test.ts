import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { differenceTests } from '../scripts/difference-tests.ts';
import { commands } from '../src/cli/commands.ts';
import { commonFlags } from '../src/cli/options.ts';
import { differenceSections } from '../src/config/differences/find.ts';
import { jsonSchema } from '../src/config/json-schema.ts';
import { errorCatalogue } from '../src/core/errors.ts';
import { routeTable } from '../src/http/routes.ts';
import { type OwnMetric, ownMetricName, ownMetrics } from '../src/telemetry/own-metrics.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const pages = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md', { cwd: root }).sort()];

describe('the differences from Promitor', () => {
  const rows = [...read('docs/promitor-differences.md').matchAll(/\| `(test\/[^`]+)`: (.+?) \|$/gm)].map(
    ([, file = '', title = '']) => ({ file, title }),
  );

  it('are many', () => {
    expect(rows.length).toBeGreaterThan(15);
  });

  it('are those that azimuth validate reports, each with its test', () => {
    const ids = differenceSections.flatMap((section) => section.rows.map(({ id }) => id));
    const shown = [...read('docs/promitor-differences.md').matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, id = '']) => id);
    expect(shown).toEqual(ids);
    expect(Object.keys(differenceTests).sort()).toEqual([...ids].sort());
    expect(rows).toHaveLength(ids.length);
  });

  it.each(rows)('$title', ({ file, title }) => {
    const source = read(file).replaceAll("\\'", "'");
    expect(source.includes(title), `${file} has no test named: ${title}`).toBe(true);
  });
});

const metricNames = new Set((Object.keys(ownMetrics) as OwnMetric[]).map((metric) => ownMetricName(metric, 'azimuth')));

/** Links of a page to files of the repository, as paths from its root. */
function linksOf(page: string): { readonly path: string; readonly heading: string | undefined }[] {
  return [...read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)].map(([, target = '', heading]) => ({
    path: target === '' ? page : join(dirname(page), target),
    heading,
  }));
}

/** Code of a page: the lines of its fenced blocks, continued lines joined, and its code spans. */
function codeOf(page: string): string[] {
  const text = read(page);
  const blocks = [...text.matchAll(/^```.*?\n(.*?)^```$/gms)].map(([, block = '']) => block.replaceAll('\\\n', ' '));
  const spans = text.replace(/^```.*?^```$/gms, '').matchAll(/(`+)(.+?)\1/g);
  return [...blocks.flatMap((block) => block.split('\n')), ...[...spans].map(([, , span = '']) => span)];
}

/** Calls of Azimuth in a piece of code: the command and its flags, up to the end of the call. */
function callsIn(code: string): { readonly command: string; readonly flags: readonly string[] }[] {
  const calls = code.matchAll(/(?:^|[\s/(])(?:azimuth|azimuth\.js) ([a-z]+)(?= |$|`)([^|;&]*)/g);
  return [...calls].map(([, command = '', rest = '']) => ({
    command,
    flags: [...rest.matchAll(/(?:^|\s)--([a-z][a-z-]*)/g)].map(([, flag = '']) => flag),
  }));
}

/** Lines of other programs, in which `azimuth` is a name. */
const others = /^(helm|kubectl|az|docker|podman|npm|git) (?!.*azimuth\.js)/;

interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** Paths of all keys that have no known keys of their own, with their types; lists are marked as the page does. */
function leaves(schema: Schema, path: string): { readonly path: string; readonly type: unknown }[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const here = path === '' ? name : `${path}.${name}`;
    if (field.items?.properties !== undefined) return leaves(field.items, `${here}[]`);
    return field.properties === undefined ? [{ path: here, type: field.type }] : leaves(field, here);
  });
}

const kinds = ['runtime', 'declaration', 'discovery'] as const;

/** All options of the files and values of the chart, in lower case between dots, without marks of lists. */
const options = [
  ...kinds.flatMap((kind) => leaves(jsonSchema(kind) as Schema, '')),
  ...[...read('docs/helm-values.md').matchAll(/^\| `([^`]+)` \| (\w+)/gm)].map(([, path = '', type]) => ({
    path,
    type,
  })),
].map(({ path, type }) => ({ path: `.${path.replaceAll('[]', '').toLowerCase()}.`, type }));
const keys = new Set(options.flatMap(({ path }) => path.split('.')));

/** Whether a path, or a part of one such as `aggregation.interval`, names an option; mappings may hold any key. */
function isOption(written: string): boolean {
  const path = `.${written.replace(/\[\d*\]/g, '').toLowerCase()}.`;
  return options.some(
    (one) =>
      one.path.includes(path) || (one.type === 'object' && path.includes(`.${one.path.split('.').at(-2) ?? ''}.`)),
  );
}

describe('the pages', () => {
  it('are all found, in folders too', () => {
    expect(pages).toEqual(
      expect.arrayContaining(['docs/errors.md', 'docs/walkthroughs/README.md', 'docs/adr/0003-dependencies.md']),
    );
  });

  it.each(pages)('%s links only to what exists', (page) => {
    for (const { path, heading } of linksOf(page)) {
      expect(existsSync(join(root, path)), path).toBe(true);
      if (heading !== undefined) expect(headings(path), `${page} links to #${heading}`).toContain(heading);
    }
  });

  it.each(pages)('%s names only commands and flags that exist', (page) => {
    for (const { command, flags } of codeOf(page)
      .filter((code) => !others.test(code))
      .flatMap(callsIn)) {
      const known = commands.find(({ name }) => name === command);
      expect(known?.name, `${page} names azimuth ${command}`).toBe(command);
      for (const flag of flags) {
        expect({ ...commonFlags, ...known?.flags }, `${page} names azimuth ${command} --${flag}`).toHaveProperty(flag);
      }
    }
  });

  it.each(pages)('%s names only metrics of its own that exist', (page) => {
    for (const [name] of codeOf(page)
      .join('\n')
      .matchAll(/\bazimuth_[a-z_]+\b/g)) {
      const family = name.replace(/_(bucket|sum|count)$/, '');
      // `azimuth_scrape_` stands for a group of names.
      const group = name.endsWith('_') && [...metricNames].some((metric) => metric.startsWith(name));
      expect(group || metricNames.has(name) || metricNames.has(family), `${page} names ${name}`).toBe(true);
    }
  });

  // `service.name` is an attribute of OpenTelemetry's.
  it.each(pages)('%s names only options that exist', (page) => {
    const paths = codeOf(page).flatMap(
      (code) => /^([a-z]\w*(?:\[\d*\])?(?:\.[a-z]+(?:\[\d*\])?)+)(?:[:=].*)?$/i.exec(code)?.[1] ?? [],
    );
    const ours = paths.filter(
      (path) =>
        keys.has(path.split(/[.[]/)[0]?.toLowerCase() ?? '') && !/\.ya?ml$/.test(path) && path !== 'service.name',
    );
    expect(ours.filter((path) => !isOption(path))).toEqual([]);
  });

  it.each(pages)('%s names only error codes that exist', (page) => {
    for (const [code] of read(page).matchAll(/\bAZ\d{4}\b/g)) expect(errorCatalogue, page).toHaveProperty(code);
  });

  it.each(pages)('%s names flags alone only where a command has them', (page) => {
    const code = codeOf(page);
    const flags = {
      ...commonFlags,
      ...Object.fromEntries(commands.flatMap((command) => Object.entries(command.flags))),
    };
    // On some pages the flag of another program is spoken of, which then stands in a line of that program.
    const elsewhere = code
      .filter((line) => /^[\w=$("]*(helm|kubectl|az|docker|podman|npm|npx|node scripts\/\S+) /.test(line))
      .join('\n');
    for (const [, flag = ''] of code.join('\n').matchAll(/^--([a-z][a-z-]*)(?:[ =].*)?$/gm)) {
      expect(Object.hasOwn(flags, flag) || elsewhere.includes(`--${flag}`), `${page} names --${flag}`).toBe(true);
    }
  });
});

describe('everything that exists is on a page', () => {
  it.each(kinds)('every option of the %s, on its part of the page', (kind) => {
    const title = {
      runtime: 'runtime.yaml',
      declaration: 'Metrics declaration',
      discovery: 'resource-discovery-declaration.yaml',
    };
    const [, part = ''] = read('docs/configuration.md').split(`## ${title[kind]}\n`);
    const [section = ''] = part.split('\n## ');
    const shown = new Set([...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, key = '']) => key));
    const paths = leaves(jsonSchema(kind) as Schema, '').map(({ path }) => path);
    expect(paths.length).toBeGreaterThan(10);
    expect([...shown].sort()).toEqual([...new Set(paths)].sort());
  });

  const firstColumn = (page: string, pattern: RegExp): string[] =>
    [...read(page).matchAll(pattern)].map(([, name = '']) => name).sort();

  it('every metric, and no other', () => {
    expect(firstColumn('docs/metrics.md', /^\| `([^`]+)` \|/gm)).toEqual([...metricNames].sort());
  });

  it('every error code, and no other', () => {
    expect(firstColumn('docs/errors.md', /^\| `(AZ\d+)` \|/gm)).toEqual(Object.keys(errorCatalogue).sort());
  });

  it('every command with its flags, and those of all', () => {
    const [, ...parts] = read('docs/commands.md').split(/^## /m);
    const flagsOf = (part = ''): string[] => [...part.matchAll(/^\| `--([a-z-]+)/gm)].map(([, flag = '']) => flag);
    const shown = Object.fromEntries(parts.map((part) => [part.split('\n')[0] ?? '', flagsOf(part)]));
    expect(shown).toEqual({
      ...Object.fromEntries(commands.map(({ name, flags }) => [`azimuth ${name}`, Object.keys(flags)])),
      'Flags of every command': Object.keys(commonFlags),
      'Exit codes': [],
    });
    for (const { name } of commands) expect(read('README.md'), name).toContain(`| \`azimuth ${name}\` |`);
  });

  it('every page, reached by links from the index of pages', () => {
    const linked = (page: string): string[] => linksOf(page).map(({ path }) => path);
    const fromIndex = linked('docs/README.md').filter((path) => path.startsWith('docs/'));
    // Folders that have an index of their own are left to it.
    const indexes = fromIndex.filter((path) => path.endsWith('/README.md'));
    const reached = new Set(['docs/README.md', ...fromIndex, ...indexes.flatMap(linked)]);
    expect(pages.filter((page) => page.startsWith('docs/') && !reached.has(page))).toEqual([]);
  });

  describe('every route', () => {
    // `test/http/routes.test.ts` holds the table against what is registered.
    const registered = routeTable('/metrics').map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    const asRoute = (span: string): string[] => {
      const [, method = 'GET', path = ''] =
        /^(?:(GET|POST|PUT|DELETE) )?(\/(?:(?:-|api)\/[^\s?]+|metrics)?)(?:\?.*)?$/.exec(span) ?? [];
      return path === '' ? [] : [`${method} ${path}`];
    };

    it('in the first column of a table', () => {
      expect(registered.length).toBeGreaterThan(5);
      const cells = pages.flatMap((page) => [...read(page).matchAll(/^\| (`[^|]+) \|/gm)].map(([, cell = '']) => cell));
      const shown = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, span = '']) => asRoute(span)));
      expect(registered.filter((route) => !shown.includes(route))).toEqual([]);
    });

    it.each(pages)('and no other, on %s', (page) => {
      const asked = codeOf(page).flatMap((line) => [
        ...asRoute(line),
        ...[...line.matchAll(/(?:localhost|127\.0\.0\.1):8888(\/[^\s"'`?]*)/g)].map(([, path = '']) => `GET ${path}`),
      ]);
      // `/api/v1/resources/…` stands for a group of routes.
      const exists = (route: string): boolean =>
        route.endsWith('…') ? registered.some((one) => one.startsWith(route.slice(0, -1))) : registered.includes(route);
      expect(asked.filter((route) => !exists(route))).toEqual([]);
    });
  });
});

function headings(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

describe('what the walkthroughs quote of the log', () => {
  const code = globSync('src/**/*.ts', { cwd: root }).map(read).join('\n');
  const text = pages
    .filter((page) => page.includes('walkthroughs/'))
    .map(read)
    .join('\n');

  it.each([
    'has no result yet',
    'waiting for an access token for',
    'did not answer within',
    'pod identity refused; is the identity bound to this pod?',
    'no identity bound yet?',
    'is identityId right, ',
    'no federated credential matches',
    'the client secret is wrong: give the value of the secret, not its id',
    'no such application in this tenant: check identityId and tenantId',
    'needs a token file',
    'needs a secret',
    'An access token was obtained.',
    'No longer failing with ',
    'Preflight: ',
    'The identity lacks the role ',
    'Azimuth is ready.',
    'Everything that is declared can be read.',
  ])('%s', (words) => {
    expect(text).toContain(words);
    expect(code).toContain(words);
  });
});
