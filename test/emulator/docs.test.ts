import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { expectedBucket } from '../../src/emulator/expected.ts';
import { apis } from '../../src/emulator/services/state.ts';
import { worldSchema } from '../../src/emulator/world/schema.ts';
import { bus, demoWorld } from './support.ts';

const docs = readFileSync(fileURLToPath(new URL('../../docs/emulator.md', import.meta.url)), 'utf8');

describe('docs/emulator.md', () => {
  it.each([...apis, 'unknown'])('names the API %s', (api) => {
    expect(docs).toContain(`\`${api}\``);
  });

  it('names every section, variant and limit of the world file', () => {
    const { shape } = worldSchema;
    const keys = [
      ...Object.keys(shape),
      ...Object.keys(shape.variants.unwrap().shape),
      ...Object.keys(shape.limits.unwrap().shape),
    ];
    expect(keys.filter((key) => !docs.includes(`\`${key}\``))).toEqual([]);
  });

  it('has an example that is true', () => {
    const start = Date.UTC(2026, 2, 10, 8);
    const names = { EntityName: 'orders' };
    const bucket = expectedBucket(demoWorld(), bus, 'ActiveMessages', names, start, start + 300_000, start + 600_000);
    expect(bucket).toEqual({ total: 229, count: 5, average: 45.8, minimum: 45, maximum: 46 });
  });
});
