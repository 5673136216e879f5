import { readFileSync, statSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CodedError } from '../../core/outcome.ts';
import type { ProgressFile } from './ports.ts';

/** A larger file is not ours. */
const mostBytes = 256 * 1024 * 1024;

const fileName = 'remote-write-progress.json';

/** The file in the state folder. It is replaced by renaming, so that a crash leaves the old one or the new one. */
export function openProgressFile(folder: string): ProgressFile {
  const path = join(folder, fileName);
  const draft = `${path}.new`;
  return {
    read() {
      try {
        return statSync(path).size > mostBytes ? '' : readFileSync(path, 'utf8');
      } catch {
        return undefined;
      }
    },
    async write(text) {
      try {
        await mkdir(folder, { recursive: true });
        const file = await open(draft, 'w', 0o600);
        try {
          await file.writeFile(text);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(draft, path);
        return undefined;
      } catch (error) {
        // A full disk must not stay fuller because of us.
        await rm(draft, { force: true }).catch(() => undefined);
        return unwritable(path, error);
      }
    },
  };
}

function unwritable(path: string, error: unknown): CodedError {
  const why = error instanceof Error ? error.message : String(error);
  return { code: 'AZ4010', message: `The progress of remote write cannot be written to ${path}: ${why}` };
}
