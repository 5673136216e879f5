import type { LabelPair } from '../core/labels.ts';

/** Which series are meant: a name, and conditions on labels, in the form that Prometheus prints and takes. */
export interface Selector {
  /** Name of the family; undefined: any. */
  readonly name?: string;
  readonly matchers: readonly Matcher[];
}

interface Matcher {
  readonly label: string;
  readonly value: string;
  /** True: the label must have the value; false: it must not. */
  readonly equal: boolean;
}

type Parsed = { readonly ok: true; readonly selector: Selector } | { readonly ok: false; readonly message: string };

const matcherForm = /^\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*(,|$)/;

/**
 * Reads `name{label="value",other!="value"}`; name or braces may be missing, and a value behind the braces is ignored,
 * so that a line of `/metrics` can be pasted as it is. Regular expressions are refused: anybody who can ask may send
 * a selector, and Node's expressions can be made to run for ever.
 */
export function parseSelector(text: string): Parsed {
  const whole = /^\s*([a-zA-Z_:][\w:]*)?\s*(?:\{([\s\S]*)\}[\s\d.eE+-]*(?:NaN|Inf)?[\s\d.]*)?$/.exec(text);
  if (whole === null || text.trim() === '') {
    return { ok: false, message: `\`${text}\` is no selector of series; write name{label="value"}.` };
  }
  const [, name, inside = ''] = whole;
  const matchers: Matcher[] = [];
  let rest = inside.trim();
  while (rest !== '') {
    const [all = '', label = '', operator = '', quoted = ''] = matcherForm.exec(rest) ?? [];
    if (all === '') return { ok: false, message: `\`${rest}\` is no condition on a label; write label="value".` };
    if (operator.includes('~')) {
      return { ok: false, message: `\`${operator}\` is not taken; write ${label}="value" or ${label}!="value".` };
    }
    matchers.push({ label, value: unquote(quoted), equal: operator === '=' });
    rest = rest.slice(all.length).trim();
  }
  return { ok: true, selector: { ...(name === undefined ? {} : { name }), matchers } };
}

/** Whether the series is meant; `name` is its family. A label that it does not have counts as empty. */
export function selects(selector: Selector, name: string, labels: ReadonlyMap<string, string>): boolean {
  if (selector.name !== undefined && selector.name !== name) return false;
  return selector.matchers.every(({ label, value, equal }) => {
    const given = label === '__name__' ? name : (labels.get(label) ?? '');
    return (given === value) === equal;
  });
}

/** False when a label that all series of an item share decides against them; spares the look at each. */
export function mayBeMeant({ matchers }: Selector, shared: readonly LabelPair[]): boolean {
  return matchers.every(({ label, value, equal }) =>
    shared.every(([name, given]) => name !== label || (given === value) === equal),
  );
}

/** The escapes of the exposition format: backslash, quote and newline. */
function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}
