import { readFileSync } from 'node:fs';
import type { World } from '../emulator/world/model.ts';
import { parseWorld } from '../emulator/world/parse.ts';
import { UsageError } from './options.ts';

/** The folder of samples that comes with the program. */
export const sampleFolder: URL = new URL('../../config/', import.meta.url);

/** Reads a world file; every problem of it is told at once. */
export function readWorld(path: string | URL): World {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`the world file cannot be read: ${reason}`);
  }
  const parsed = parseWorld(text);
  if ('world' in parsed) return parsed.world;
  throw new UsageError(`the world file ${String(path)} has problems:\n  ${parsed.problems.join('\n  ')}`);
}
