import { type Secret, secret } from '../../core/secret.ts';
import { inFolder } from '../file-system.ts';
import { type Reader, reject, type Slot } from '../spec.ts';
import type { Surroundings } from './authentication.ts';

/** A file that is read at each use, so that a renewed certificate or password is picked up. */
export function secretFile(
  { value, place }: Pick<Slot<string | undefined>, 'value' | 'place'>,
  { folder, fileSystem }: Surroundings,
  reader: Reader,
): Secret | undefined {
  if (value === undefined) return undefined;
  const path = inFolder(folder, value);
  if (!fileSystem.exists(path)) reject(reader, 'AZ1203', place, `The file does not exist: ${path}`, { found: value });
  return secret(() => fileSystem.readFile(path) ?? '');
}
