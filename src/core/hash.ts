/** FNV-1a over UTF-16 code units: 32 bits, spread well enough for jitter and short ids; never for secrets. */
function hash32(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** A number in [0, 1) that depends on the text alone. */
export function hashFraction(text: string): number {
  return hash32(text) / 2 ** 32;
}

/** Sixteen hexadecimal digits that identify the text, stable across restarts. */
export function shortId(text: string): string {
  const hex = (value: number): string => value.toString(16).padStart(8, '0');
  return hex(hash32(text)) + hex(hash32(text, 0x9747b28c));
}
