import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadConfiguration } from '../../src/config/load.ts';
import type { Problem } from '../../src/config/problem.ts';
import { memoryFiles } from './support/memory-files.ts';

const declaration = readFileSync(new URL('../fixtures/good/landscape.yaml', import.meta.url), 'utf8');
const runtime = `authentication:
  mode: SystemAssignedManagedIdentity
server:
  httpPort: 8888
metricSinks:
  prometheusScrapingEndpoint:
    baseUriPath: /metrics
telemetry:
  containerLogs:
    isEnabled: true
`;

/** One change to a text: cut out, put in, repeat or swap; at a place given as a share of its length. */
interface Mutation {
  readonly where: number;
  readonly length: number;
  readonly insert: string;
}

const pieces = [
  '',
  ' ',
  '\n',
  '\t',
  ':',
  '- ',
  '&a ',
  '*a',
  '[',
  '}',
  '"',
  "'",
  '|',
  '#',
  '<<: ',
  '!!x ',
  '\u0000',
  '٣',
  '😀',
  '---\n',
];
const mutation: fc.Arbitrary<Mutation> = fc.record({
  where: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat({ max: 30 }),
  insert: fc.oneof(
    fc.constantFrom(...pieces),
    fc.string({ maxLength: 6 }),
    fc.string({ unit: 'binary', maxLength: 3 }),
  ),
});

function mutate(text: string, mutations: readonly Mutation[]): string {
  return mutations.reduce((current, { where, length, insert }) => {
    const start = Math.floor(where * current.length);
    return current.slice(0, start) + insert + current.slice(start + length);
  }, text);
}

function swapLines(text: string, [a, b]: readonly [number, number]): string {
  const lines = text.split('\n');
  const [i, j] = [a % lines.length, b % lines.length];
  return lines.map((line, index) => (index === i ? lines[j] : index === j ? lines[i] : line)).join('\n');
}

function check(files: Record<string, string>): void {
  const env = { NORTHWIND_SAS: 'sv=x' };
  const read = loadConfiguration({ folderFlag: '/conf', env, fileSystem: memoryFiles(files) });
  const texts = new Map(Object.entries(files).map(([path, text]) => [path, text.split('\n')]));
  for (const item of read.problems) expectPosition(item, texts.get(item.file));
  const errors = read.problems.filter((item) => item.severity === 'error');
  if (read.declaration === undefined || read.runtime === undefined) expect(errors.length).toBeGreaterThan(0);
  if (read.invalidMetrics.length > 0) expect(errors.length).toBeGreaterThan(0);
  if (errors.length === 0) expect(read.refusal).toBeUndefined();
}

function expectPosition(item: Problem, lines: readonly string[] | undefined): void {
  if (lines === undefined) expect(item.code).toBe('AZ1007');
  // A value that is missing at the end of the file stands one line below it.
  else expect(item.line).toBeLessThanOrEqual(lines.length + 1);
  expect(Number.isInteger(item.line) && item.line >= 1).toBe(true);
  expect(Number.isInteger(item.column) && item.column >= 1).toBe(true);
  expect(item.message).toMatch(/\S/);
}

describe('files that went through the wringer', () => {
  it('never break the reader of the declaration', () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        check({ '/conf/runtime.yaml': runtime, '/conf/metrics-declaration.yaml': mutate(declaration, mutations) });
      }),
      { numRuns: 150 },
    );
  });

  it('never break it with lines that changed places', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 3 }), (swaps) => {
        check({
          '/conf/runtime.yaml': runtime,
          '/conf/metrics-declaration.yaml': swaps.reduce(swapLines, declaration),
        });
      }),
      { numRuns: 100 },
    );
  });

  it('never break the reader of the runtime file', () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
        check({ '/conf/runtime.yaml': mutate(runtime, mutations), '/conf/metrics-declaration.yaml': declaration });
      }),
      { numRuns: 100 },
    );
  });
});
