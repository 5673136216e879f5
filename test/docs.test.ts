import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

describe('the differences from Promitor', () => {
  const rows = [...read('docs/promitor-differences.md').matchAll(/\| `(test\/[^`]+)`: (.+?) \|$/gm)].map(
    ([, file = '', title = '']) => ({ file, title }),
  );

  it('are many', () => {
    expect(rows.length).toBeGreaterThan(15);
  });

  it.each(rows)('$title', ({ file, title }) => {
    const source = read(file).replaceAll("\\'", "'");
    expect(source.includes(title), `${file} has no test named: ${title}`).toBe(true);
  });
});

describe('the pages', () => {
  it.each(pages)('%s links only to what exists', (page) => {
    const folder = page.includes('/') ? 'docs' : '.';
    const targets = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(
      ([, target = '']) => target,
    );
    for (const target of targets) expect(existsSync(join(root, folder, target)), target).toBe(true);
  });

  it.each(pages)('%s names only commands that exist', (page) => {
    const main = read('src/cli/main.ts');
    for (const [, command = ''] of read(page).matchAll(
      /\bazimuth (run|demo|emulate|validate|plan|scrape|check|explain|discover|schema|health)\b/g,
    )) {
      expect(main, `${page} names azimuth ${command}`).toContain(`${command}Command`);
    }
  });
});
