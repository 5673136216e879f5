/** A request as the services see it: decoded once, header names and query keys in lower case. */
export interface Request {
  readonly method: string;
  /** Decoded path segments; repeated slashes are one, as in ARM. */
  readonly segments: readonly string[];
  /** Query parameters by name in lower case; the last one wins. */
  readonly query: ReadonlyMap<string, string>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The body as text. */
  readonly body: string;
  /** The body as it came. */
  readonly bytes: Uint8Array;
}

/**
 * Splits a request target by hand: the URL parser would read the double slash that some clients send before
 * `subscriptions` as the start of a host name.
 */
export function parseTarget(target: string): Pick<Request, 'segments' | 'query'> {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const segments = path.split('/').filter((part) => part !== '');
  const query = new Map<string, string>();
  if (mark !== -1) {
    for (const [name, value] of new URLSearchParams(target.slice(mark + 1))) query.set(name.toLowerCase(), value);
  }
  return { segments: segments.map(decodeSegment), query };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** A JSON object out of a body; undefined when it is none. */
export function jsonObject(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value))
      : undefined;
  } catch {
    return undefined;
  }
}

/** Fields of a form body, names as sent. */
export function formFields(body: string): ReadonlyMap<string, string> {
  return new Map(new URLSearchParams(body));
}

/** The strings of a JSON value that should be a list of them. */
export function stringList(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
