import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { table } from './markdown.ts';

/** `docs/adr/README.md`: the decisions, by the titles of their files. */
export function decisionsPage(folder: string): string {
  const rows = readdirSync(folder)
    .filter((file) => /^\d{4}-.*\.md$/.test(file))
    .sort()
    .map((file) => {
      const [, number = '', title = ''] = /^# (\d+)\. (.+)$/m.exec(readFileSync(join(folder, file), 'utf8')) ?? [];
      return [number, `[${title}](${file})`];
    });
  return `# Decisions

Each says in a few lines what was decided and why. This page is made from the titles of the files beside it.

${table(['number', 'decision'], rows)}
`;
}
