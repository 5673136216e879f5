import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { nodeFileSystem, stampOf } from '../../src/config/file-system.ts';
import { watchFiles } from '../../src/config/watch.ts';
import { createFakeClock } from '../fakes/clock.ts';

const look = 2_000;

function setUp(stamps: Record<string, string>) {
  const clock = createFakeClock();
  let changes = 0;
  const stop = watchFiles({
    paths: () => Object.keys(stamps),
    stamp: (path) => stamps[path] ?? '',
    clock,
    onChange: () => {
      changes += 1;
    },
  });
  return { clock, stop, stamps, changes: () => changes };
}

describe('watching files', () => {
  it('tells of a change once, when it has been still for one look', async () => {
    const { clock, stamps, changes } = setUp({ a: '1', b: '1' });
    await clock.advance(5 * look);
    expect(changes()).toBe(0);
    stamps['a'] = '2';
    await clock.advance(look);
    expect(changes()).toBe(0);
    await clock.advance(look);
    expect(changes()).toBe(1);
    await clock.advance(5 * look);
    expect(changes()).toBe(1);
  });

  it('waits for a file that is still being written', async () => {
    const { clock, stamps, changes } = setUp({ a: '1' });
    for (let size = 2; size < 6; size += 1) {
      stamps['a'] = String(size);
      await clock.advance(look);
    }
    expect(changes()).toBe(0);
    await clock.advance(look);
    expect(changes()).toBe(1);
  });

  it('says nothing of a change that is taken back', async () => {
    const { clock, stamps, changes } = setUp({ a: '1' });
    stamps['a'] = '2';
    await clock.advance(look);
    stamps['a'] = '1';
    await clock.advance(3 * look);
    expect(changes()).toBe(0);
  });

  it('stops', async () => {
    const { clock, stop, stamps, changes } = setUp({ a: '1' });
    stamps['a'] = '2';
    stop();
    await clock.advance(5 * look);
    expect([changes(), clock.pending()]).toEqual([0, 0]);
  });
});

describe('the stamp of a file', () => {
  function folder(): string {
    const path = mkdtempSync(join(tmpdir(), 'azimuth-stamp-'));
    onTestFinished(() => rmSync(path, { recursive: true }));
    return path;
  }

  it('changes with its content, and not by being read', () => {
    const file = join(folder(), 'a.yaml');
    writeFileSync(file, 'one');
    utimesSync(file, 1, 1);
    const before = stampOf(file);
    nodeFileSystem.readFile(file);
    expect(stampOf(file)).toBe(before);
    writeFileSync(file, 'two');
    expect(stampOf(file)).not.toBe(before);
    rmSync(file);
    expect(stampOf(file)).toBe(`${file} is not there`);
  });

  it('changes when Kubernetes swaps the link to the files of a ConfigMap', () => {
    const root = folder();
    for (const version of ['..1', '..2']) {
      mkdirSync(join(root, version));
      writeFileSync(join(root, version, 'runtime.yaml'), 'same');
    }
    symlinkSync('..1', join(root, '..data'));
    symlinkSync(join('..data', 'runtime.yaml'), join(root, 'runtime.yaml'));
    const before = stampOf(join(root, 'runtime.yaml'));
    symlinkSync('..2', join(root, '..tmp'));
    renameSync(join(root, '..tmp'), join(root, '..data'));
    expect(stampOf(join(root, 'runtime.yaml'))).not.toBe(before);
  });

  it('of a folder changes with any file in it', () => {
    const root = folder();
    writeFileSync(join(root, 'a.yaml'), 'a');
    const before = stampOf(root);
    writeFileSync(join(root, 'b.yaml'), 'b');
    const two = stampOf(root);
    writeFileSync(join(root, 'b.yaml'), 'longer');
    expect(new Set([before, two, stampOf(root)]).size).toBe(3);
  });
});
