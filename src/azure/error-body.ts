/**
 * What the body of an unsuccessful answer holds. `page`: text that is not an error of Azure's, such as the HTML of a
 * gateway or proxy. `empty`: nothing.
 */
export type ErrorBody =
  | { readonly kind: 'azure'; readonly code: string; readonly message: string }
  | { readonly kind: 'page' }
  | { readonly kind: 'empty' };

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads an error in every shape that Azure uses: `{code, message}` (metrics provider), `{error: {code, message}}`
 * (resource manager, batch, logs), XML (storage), or only the header `x-ms-error-code`.
 * A log query's reason sits in nested `innererror` members; the innermost message is added.
 */
export function readErrorBody(body: string, headerCode?: string): ErrorBody {
  const text = body.trim();
  const found = fromJson(text) ?? fromXml(text);
  if (found !== undefined) return found;
  if (headerCode !== undefined && headerCode !== '') return { kind: 'azure', code: headerCode, message: '' };
  return { kind: text === '' ? 'empty' : 'page' };
}

function fromJson(text: string): ErrorBody | undefined {
  const root = parseObject(text);
  if (root === undefined) return undefined;
  const error = object(root['error']) ?? root;
  const code = string(error['code']) ?? string(root['error']) ?? '';
  const message = string(error['message']) ?? string(error['Message']) ?? string(root['error_description']) ?? '';
  if (code === '' && message === '') return undefined;
  const inner = innermost(error);
  return { kind: 'azure', code, message: inner === '' || inner === message ? message : `${message} ${inner}`.trim() };
}

function fromXml(text: string): ErrorBody | undefined {
  const code = /<Code>([^<]*)<\/Code>/i.exec(text)?.[1];
  if (code === undefined) return undefined;
  // Storage appends its request id and time to the message on lines of their own.
  const message = /<Message>([^<\n]*)/i.exec(text)?.[1] ?? '';
  return { kind: 'azure', code, message };
}

function innermost(error: Json): string {
  const details: readonly unknown[] = Array.isArray(error['details']) ? error['details'] : [];
  const inner = object(error['innererror']) ?? object(error['innerError']);
  const next = inner === undefined ? details.map(object).filter((detail) => detail !== undefined) : [inner];
  return next.map((one) => innermost(one) || `${string(one['message']) ?? ''}${placeIn(one)}`).join(' ');
}

/** Where a query is wrong, as Resource Graph tells it. */
function placeIn({ line, characterPositionInLine: position, token }: Json): string {
  if (typeof line !== 'number' || typeof position !== 'number') return '';
  return ` in line ${line} at position ${position}, near ${string(token) ?? ''}`;
}

function parseObject(text: string): Json | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return object(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function object(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
