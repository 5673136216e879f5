/** Edit distance: insertions, deletions and replacements that turn one text into the other. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replace, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

const longestWord = 80;

/**
 * The nearest spellings, best first, at most three that are about as near: distance without case up to 2, for long words up to a fifth of
 * their length, and words of which the given one is the beginning (`slot` for `slotName`).
 */
export function nearest(word: string, candidates: readonly string[]): readonly string[] {
  const given = word.trim().toLowerCase();
  // The distance is quadratic in the length; nobody misspells a field by writing a paragraph.
  if (given === '' || given.length > longestWord) return [];
  const close = candidates
    .map((candidate) => ({ candidate, distance: closeness(given, candidate.toLowerCase()) }))
    .filter((item): item is { candidate: string; distance: number } => item.distance !== undefined)
    .sort((a, b) => a.distance - b.distance);
  const best = close[0]?.distance ?? 0;
  return close
    .filter((item) => item.distance <= best + 1)
    .slice(0, 3)
    .map((item) => item.candidate);
}

function closeness(given: string, candidate: string): number | undefined {
  const distance = editDistance(given, candidate);
  const bound = Math.max(2, Math.floor(candidate.length / 5));
  if (distance <= bound && distance < Math.min(given.length, candidate.length)) return distance;
  return given.length >= 3 && candidate.startsWith(given) ? candidate.length : undefined;
}

/** `did you mean `a` or `b`?`, or nothing without suggestions. */
export function didYouMean(suggestions: readonly string[]): string {
  if (suggestions.length === 0) return '';
  return `did you mean ${suggestions.map((name) => `\`${name}\``).join(' or ')}?`;
}
