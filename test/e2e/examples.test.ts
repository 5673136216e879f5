import { describe, expect, it } from 'vitest';
import { declaredLabels, examples, folderOf, loadExample } from '../examples/support/examples.ts';
import { parseLines } from './exposition-text.ts';
import { listening, startProgram } from './harness.ts';

describe('the example declarations', () => {
  it.each(examples)('%s gives in the demo every metric and label that its dashboard and alerts name', async (name) => {
    const program = startProgram(['demo', '--config-folder', folderOf(name), '--port', '0', '--log-format', 'json']);
    const demo = await listening(program);
    try {
      await demo.until(
        () => demo.get('/-/ready'),
        ({ status }) => status === 200,
      );
      const lines = parseLines(await (await demo.get('/metrics')).text());
      const { declaration } = loadExample(name);
      if (declaration === undefined) throw new Error(`${name} has no declaration`);
      for (const [metric, labels] of declaredLabels(declaration)) {
        const series = lines.filter((line) => line.name === metric);
        expect(series.length, metric).toBeGreaterThan(0);
        for (const one of series) {
          expect(Object.keys(one.labels).sort(), metric).toEqual(labels);
          expect(Number.isFinite(one.value), metric).toBe(true);
        }
      }
      expect(lines.filter((line) => line.name === 'azimuth_scrape_error' && line.value === 1)).toEqual([]);
    } finally {
      await demo.stop();
    }
  });
});
