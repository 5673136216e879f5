import { differenceSections } from '../src/config/differences/find.ts';
import { noRemedy } from '../src/config/differences/types.ts';
import { differenceTests } from './difference-tests.ts';
import { table } from './markdown.ts';

/** `docs/promitor-differences.md`: every difference, and the test that holds it. */
export function differencePage(): string {
  const sections = differenceSections.map(({ title, rows }) => {
    const cells = rows.map(({ id, promitor, azimuth, remedy }) => {
      const [file, test] = differenceTests[id] ?? ['', ''];
      return [`\`${id}\``, promitor, azimuth, remedy === noRemedy ? '' : remedy, `\`${file}\`: ${test}`];
    });
    return `## ${title}\n\n${table(['id', 'Promitor', 'Azimuth', 'remedy', 'test'], cells)}\n`;
  });
  return `# Differences from Promitor

Azimuth takes Promitor's declarations and runtime files as they are, and scraped metrics have the same names, labels and
values. Where Promitor is defective, Azimuth does what the user meant; a few defaults differ because Azimuth is another
program. \`azimuth validate --report-differences\` lists those that concern a configuration, with file and line; how to
move is in [migration-from-promitor.md](migration-from-promitor.md).

Where no remedy is given, Promitor is defective and there is no way back. Each row names the test that holds it
(\`test/docs.test.ts\` checks that the test exists). This page is made from \`src/config/differences\`.

${sections.join('\n')}`;
}
