import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import { roofs, rooms, wallRules } from './walls.ts';

/**
 * Holds the import table against `src`. The gate also proves itself: it must have looked at every module, every
 * folder must have a row, and in a copy with one planted breach a room it must find every one of them.
 */
const root = resolve(import.meta.dirname, '..');
const problems = [...checkFolders(), ...(await checkSources()), ...(await checkCanary())];
for (const problem of problems) process.stderr.write(`${problem}\n`);
if (problems.length === 0) process.stdout.write(`walls: ${Object.keys(rooms).length} rooms, no breach, canary found\n`);
process.exitCode = problems.length === 0 ? 0 : 1;

async function look(baseDir: string): Promise<ICruiseResult> {
  const options: ICruiseOptions = {
    baseDir,
    validate: true,
    ruleSet: { forbidden: wallRules() as never },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  };
  const { output } = await cruise(['src'], options);
  if (typeof output === 'string') throw new Error('dependency-cruiser answered with text');
  return output;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
}

function checkFolders(): string[] {
  const inside = (room: string): boolean => Object.keys(rooms).includes(room) || roofs.includes(room);
  return sourceFiles(join(root, 'src'))
    .map((file) => file.split('/').slice(0, -1).join('/'))
    .filter(
      (folder) =>
        folder !== '' && !folder.split('/').some((_, index, parts) => inside(parts.slice(0, index + 1).join('/'))),
    )
    .map((folder) => `src/${folder} has no row in the import table (scripts/walls.ts)`);
}

async function checkSources(): Promise<string[]> {
  const result = await look(root);
  const seen = result.modules.filter((module) => module.source.startsWith('src/')).length;
  const expected = sourceFiles(join(root, 'src')).length;
  const missed = seen === expected ? [] : [`the gate saw ${seen} of ${expected} modules of src`];
  const unresolved = result.modules.flatMap((module) =>
    module.dependencies
      .filter((one) => one.couldNotResolve)
      .map((one) => `${module.source}: cannot resolve ${one.module}`),
  );
  return [
    ...missed,
    ...unresolved,
    ...result.summary.violations.map((one) => `${one.from} must not import ${one.to} (${one.rule.name})`),
  ];
}

/** Every room of the copy imports the running program, which none may. */
async function checkCanary(): Promise<string[]> {
  const copy = mkdtempSync(join(tmpdir(), 'azimuth-walls-'));
  try {
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    mkdirSync(join(copy, 'src'), { recursive: true });
    writeFileSync(join(copy, 'src/exporter.ts'), 'export const everything = 1;\n');
    for (const room of Object.keys(rooms)) {
      mkdirSync(join(copy, 'src', room), { recursive: true });
      const up = '../'.repeat(room.split('/').length);
      writeFileSync(join(copy, 'src', room, 'breach.ts'), `export { everything } from '${up}exporter.ts';\n`);
    }
    const found = new Set((await look(copy)).summary.violations.map((one) => one.rule.name));
    return Object.keys(rooms)
      .filter((room) => !found.has(`room-${room.replace('/', '-')}`))
      .map((room) => `the canary in room ${room} was not found: the gate does not work`);
  } finally {
    rmSync(copy, { recursive: true });
  }
}
