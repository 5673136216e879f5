import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * Runs the unit tests, those of the chart, then the end-to-end tests, which measure time and want the machine for
 * themselves; with `--project NAME`, which may be repeated, those projects instead. The last line of the output states
 * the totals; the exit code is 1 when anything failed.
 */
interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The part of the JSON report that is read. A file that could not be loaded has failed without a test of its own. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

const { values, positionals } = parseArgs({
  options: { project: { type: 'string', multiple: true, default: ['unit', 'chart', 'e2e'] } },
  allowPositionals: true,
});
/** Parts of paths, as vitest takes them; a project may then have no test that fits. */
const filters = positionals;
const root = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'azimuth-tests-'));
const totals = values.project.map((project) => run(project, join(folder, `${project}.json`)));
rmSync(folder, { recursive: true });
const sum = (of: (one: Totals) => number): number => totals.reduce((total, one) => total + of(one), 0);
const failed = sum((one) => one.failed);
process.stdout.write(`${sum((one) => one.passed)} passed, ${failed} failed, ${sum((one) => one.skipped)} skipped\n`);
process.exitCode = failed === 0 ? 0 : 1;

function run(project: string, file: string): Totals {
  const lenient = filters.length > 0 ? ['--passWithNoTests'] : [];
  const flags = [...lenient, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const { status } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', project, ...flags, ...filters],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  const unloaded = report.testResults.filter((one) => one.status === 'failed' && one.assertionResults.length === 0);
  const counted = report.numFailedTests + unloaded.length;
  return {
    passed: report.numPassedTests,
    // Errors outside of tests fail a run without failing a test.
    failed: status === 0 ? counted : Math.max(1, counted),
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
