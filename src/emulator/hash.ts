const fnvOffset = 0x811c9dc5;
const fnvPrime = 0x01000193;

/**
 * FNV-1a, 32 bits, over the UTF-8 bytes of the text.
 * `state` continues an earlier hash, so that a common prefix is hashed once.
 */
export function hashText(text: string, state: number = fnvOffset): number {
  let hash = state;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return hashBytes(text.slice(index), hash);
    hash = Math.imul(hash ^ code, fnvPrime);
  }
  return hash >>> 0;
}

function hashBytes(text: string, state: number): number {
  let hash = state;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, fnvPrime);
  return hash >>> 0;
}

/**
 * A number in [0, 1) that depends only on its arguments: the finaliser of MurmurHash3 over hash, index and salt.
 * The salt keeps apart the uses of one series.
 */
export function unit(hash: number, index: number, salt: number): number {
  let mixed = ((hash ^ Math.imul(index, 0x9e3779b1)) + Math.imul(salt, 0x85ebca6b)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 4_294_967_296;
}

/** Hash of a series: seed, resource id in lower case without outer slashes, metric, dimension values in order. */
export function seriesHash(
  seed: number,
  resourceKey: string,
  metric: string,
  dimensions: readonly (readonly [name: string, value: string])[],
): number {
  return dimensionsHash(metricHash(seed, resourceKey, metric), dimensions);
}

/** The part of {@link seriesHash} that all series of a metric share. */
export function metricHash(seed: number, resourceKey: string, metric: string): number {
  return hashText(`${seed}|${resourceKey}|${metric}`.toLowerCase());
}

/** Continues {@link metricHash} over the dimension values. */
export function dimensionsHash(hash: number, dimensions: readonly (readonly [name: string, value: string])[]): number {
  return dimensions.reduce((state, [name, value]) => hashText(`|${name}=${value}`.toLowerCase(), state), hash);
}

/** A UUID made from a text, for ids that nobody declared. Always the same for the same text. */
export function uuidOf(text: string): string {
  const digits = [0, 1, 2, 3].map((part) => hashText(`${part}|${text}`).toString(16).padStart(8, '0')).join('');
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}
