/** Labels that Prometheus adds to what it scrapes, and the one of a histogram's buckets. */
export const addedLabels: readonly string[] = ['job', 'instance', 'le'];

/** What an expression names and does not exist: metrics, and labels that none of its metrics has. */
export function unknownNames(
  expression: string,
  metrics: ReadonlyMap<string, readonly string[]>,
  prefixes: readonly string[],
): readonly string[] {
  const withoutText = expression.replace(/"(?:\\.|[^"\\])*"/g, '""');
  const names = withoutText.match(new RegExp(`\\b(?:${prefixes.join('|')})_\\w+`, 'g')) ?? [];
  const labels = new Set([...addedLabels, ...names.flatMap((name) => metrics.get(name) ?? [])]);
  const matched = [...withoutText.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)""/g)].map(([, label = '']) => label);
  const grouped = [...withoutText.matchAll(/\b(?:by|without)\s*\(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(',').map((label) => label.trim()),
  );
  return [
    ...names.filter((name) => !metrics.has(name)),
    ...[...matched, ...grouped].filter((label) => !labels.has(label)),
  ];
}

/** Labels in a text of `{{label}}` (Grafana) or `{{ $labels.label }}` (rules). */
export function labelsInText(text: string): readonly string[] {
  return [...text.matchAll(/\{\{\s*(?:\$labels\.)?([a-z_]+)\b[^}]*\}\}/g)].map(([, label = '']) => label);
}
