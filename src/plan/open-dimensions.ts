const term = /([^\s()'][^()']*?)\s+(eq|ne|sw)\s+'((?:[^']|'')*)'/gi;

/**
 * Dimensions of an Azure Monitor filter, as first written, that can have several values in an answer: named with
 * `ne`, `sw` or `*`, or with more than one value. Azure splits by them, declared as dimensions or not; a dimension
 * that is held to one value tells nothing apart.
 */
export function openDimensions(filter: string): string[] {
  const terms = [...filter.matchAll(term)].map(([, name = '', operator = '', value = '']) => ({
    name: name.replace(/^(?:and|or)\s+/i, ''),
    single: operator.toLowerCase() === 'eq' && value !== '*' ? value.toLowerCase() : undefined,
  }));
  const byKey = Map.groupBy(terms, ({ name }) => name.toLowerCase());
  return [...byKey.values()].flatMap((same) => {
    const values = new Set(same.map(({ single }) => single));
    return values.size > 1 || values.has(undefined) ? (same[0]?.name ?? []) : [];
  });
}
