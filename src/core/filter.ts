/** A term of an Azure Monitor filter: series whose dimension has this value. Quotes in the value are doubled. */
export function equalsTerm(dimension: string, value: string): string {
  return `${dimension} eq '${value.replaceAll("'", "''")}'`;
}

/** A term that lets several values of one dimension through. `or` binds tighter than `and` in this language. */
export function anyOfTerm(dimension: string, values: readonly string[]): string {
  return values.map((value) => equalsTerm(dimension, value)).join(' or ');
}

/** A term of an Azure Monitor filter that splits the metric by a dimension: one series per value. */
export function splitTerm(dimension: string): string {
  return `${dimension} eq '*'`;
}

/** Joins terms; undefined when there is none, since Azure wants no empty filter. */
export function joinTerms(terms: readonly string[]): string | undefined {
  return terms.length === 0 ? undefined : terms.join(' and ');
}

/**
 * Names of the dimensions in a filter, as written, without repetition. Knows the operators that the service takes
 * (`eq`, `ne`, `sw`, in any case), `and`, `or`, parentheses, and values in single quotes with doubled quotes inside.
 */
export function filterDimensions(filter: string): string[] {
  // A doubled quote inside a value reads as two values side by side, which does no harm here.
  const withoutValues = filter.replace(/'[^']*'/g, " '' ");
  const terms = withoutValues.split(/\s(?:and|or)\s/i);
  return distinctNames(terms.flatMap((term) => /^[\s(]*([^\s(].*?)\s+(?:eq|ne|sw)\s/i.exec(term)?.[1] ?? []));
}

/**
 * Adds a split for each dimension that the filter does not name yet (names are compared without case). The filter
 * itself stays as it was written.
 */
export function splitFilter(filter: string, dimensions: readonly string[]): string {
  const named = new Set(filterDimensions(filter).map((name) => name.toLowerCase()));
  const missing = dimensions.filter((name) => !named.has(name.toLowerCase()));
  return [filter.trim(), ...missing.map(splitTerm)].join(' and ');
}

/** The names without those that repeat an earlier one in another case: Azure compares dimension names without case. */
export function distinctNames(names: readonly string[]): string[] {
  const byKey = new Map<string, string>();
  for (const name of names) {
    const key = name.toLowerCase();
    if (!byKey.has(key)) byKey.set(key, name);
  }
  return [...byKey.values()];
}
