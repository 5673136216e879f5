const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/**
 * What is wrong with a condition in the Kusto query language, continuing a sentence; undefined when it can be put in
 * brackets. It is not parsed: Azure says what it does not understand. Only what would make it more than a condition
 * is looked for.
 */
export function conditionProblem(condition: string): string | undefined {
  const open: string[] = [];
  for (const [token] of condition.matchAll(
    /\/\/[^\n]*|@'(?:[^']|'')*'|@"(?:[^"]|"")*"|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|[\s\S]/g,
  )) {
    if (token.length > 1) continue;
    if (token === "'" || token === '"') return 'has a quote that is not closed';
    if (token === '|' || token === ';') {
      return `must be a single condition: \`${token}\` would begin another step or statement`;
    }
    if (token in closing) open.push(closing[token] ?? '');
    else if (')]}'.includes(token) && open.pop() !== token) return `has a \`${token}\` that closes nothing`;
  }
  const missing = open.at(-1);
  return missing === undefined ? undefined : `lacks a closing \`${missing}\``;
}
