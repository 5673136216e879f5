const secretShapes: readonly (readonly [RegExp, string])[] = [
  [/eyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*)?/g, '***'],
  [/\bBearer\s+[^\s"',;]+/gi, 'Bearer ***'],
  [
    /\b(sig|client_secret|client_assertion|assertion|access_token|refresh_token|password)(["']?\s*[=:]\s*["']?)[^&\s"',;]+/gi,
    '$1$2***',
  ],
];

/** Takes out everything that looks like a credential, and the given secrets wherever they stand, encoded or not. */
export function scrub(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const value of secrets) {
    for (const spelling of new Set([value, encodeURIComponent(value), decoded(value)])) {
      if (spelling.length >= 4) clean = clean.replaceAll(spelling, '***');
    }
  }
  for (const [shape, replacement] of secretShapes) clean = clean.replace(shape, replacement);
  return clean;
}

/** Foreign text for a message: one line, no credentials, at most `max` characters. */
export function tidy(text: string, secrets: readonly string[] = [], max = 300): string {
  const line = scrub(text, secrets)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length <= max ? line : `${line.slice(0, max - 1).trimEnd()}…`;
}

/** Foreign text as the end of a clause: without its own full stop. */
export function clause(text: string): string {
  return text.replace(/[.\s]+$/, '');
}

/** Host of a URL, with its port when it is not the usual one; the text itself when it is no URL. */
export function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url.split(/[?#]/)[0] ?? '';
  }
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
