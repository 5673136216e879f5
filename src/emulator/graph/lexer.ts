/** A token of the query language, with its place for error messages. */
export interface Token {
  readonly kind: 'word' | 'string' | 'number' | 'symbol' | 'end';
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** Characters before it in its line. */
  readonly position: number;
}

/** The query cannot be read. Becomes the details of a 400. */
export class QuerySyntaxError extends Error {
  readonly token: Token;
  readonly expected: string;

  constructor(token: Token, expected: string) {
    super(`Unexpected ${token.text} where ${expected} was expected.`);
    this.name = 'QuerySyntaxError';
    this.token = token;
    this.expected = expected;
  }
}

const forms: readonly (readonly [kind: Token['kind'] | 'blank', form: RegExp])[] = [
  ['blank', /\s+|\/\/[^\n]*/y],
  ['string', /@'(?:[^']|'')*'|@"(?:[^"]|"")*"|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/y],
  ['number', /\d+(?:\.\d+)?/y],
  ['symbol', /!in~|!in\b|in~|!contains\b|!startswith\b|!endswith\b|!has\b|==|!=|=~|!~|<=|>=|[|()[\],.=<>]/y],
  ['word', /[A-Za-z_$][\w$]*(?:-(?:away|keep|rename))?/y],
];

/** Splits a query into tokens; the last one is `<EOF>`. Throws QuerySyntaxError at a character that starts none. */
export function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const place = (): Pick<Token, 'line' | 'position'> => {
    const before = query.slice(0, at).split('\n');
    return { line: before.length, position: before.at(-1)?.length ?? 0 };
  };
  while (at < query.length) {
    const found = matchAt(query, at);
    if (found === undefined) {
      throw new QuerySyntaxError({ kind: 'symbol', text: query.charAt(at), ...place() }, '<operator>');
    }
    if (found.kind !== 'blank') tokens.push({ kind: found.kind, text: found.text, ...place() });
    at += found.text.length;
  }
  tokens.push({ kind: 'end', text: '<EOF>', ...place() });
  return tokens;
}

function matchAt(query: string, at: number): { kind: Token['kind'] | 'blank'; text: string } | undefined {
  for (const [kind, form] of forms) {
    form.lastIndex = at;
    const text = form.exec(query)?.[0];
    if (text !== undefined) return { kind, text };
  }
  return undefined;
}

/** The value of a string token; verbatim strings (`@'…'`) keep their backslashes. */
export function stringValue(text: string): string {
  if (text.startsWith('@')) {
    const quote = text.charAt(1);
    return text.slice(2, -1).replaceAll(quote + quote, quote);
  }
  return text
    .slice(1, -1)
    .replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, code: string | undefined, escaped: string) =>
      code === undefined ? (escapes[escaped] ?? escaped) : String.fromCharCode(Number.parseInt(code, 16)),
    );
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
