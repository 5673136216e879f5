/** A pattern in the syntax of RE2, read; or why RE2 (and so Azure Resource Graph) would refuse it. */
export type Re2Reading =
  | { readonly ok: true; readonly regex: RegExp }
  | {
      readonly ok: false;
      /** Continues the sentence "the pattern …". */
      readonly reason: string;
    };

/**
 * Reads a regular expression in RE2's syntax (https://github.com/google/re2/wiki/Syntax), which Kusto's
 * `matches regex` takes, and translates it for this machine. It has no look-around and no references to groups.
 * Not supported though RE2 has them: the flag `U` and `\C`.
 */
export function readRe2(pattern: string): Re2Reading {
  const reader = new Reader(pattern);
  try {
    return { ok: true, regex: new RegExp(reader.translate(), 'v') };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, reason: error.message };
    return { ok: false, reason: 'is not a regular expression' };
  }
}

/** The pattern that matches when the given one matches a whole value, without case. */
export function wholeValuePattern(pattern: string): string {
  return `(?i)^(?:${pattern})$`;
}

class Refusal extends Error {}

/** RE2's own bound on `{n,m}`. */
const mostRepeats = 1000;

const posixClasses: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t\\x20',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '\\x21-\\x7E',
  lower: 'a-z',
  print: '\\x20-\\x7E',
  punct: '\\x21-\\x2F\\x3A-\\x40\\x5B-\\x60\\x7B-\\x7E',
  space: '\\t\\n\\v\\f\\r\\x20',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

/** Escapes that stand for the same in both syntaxes; inside brackets only the first six. */
const sharedEscapes = 'dDwWsS';
const controlEscapes: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

/** One pass over a pattern. A class because every step moves the same place and extends the same output. */
class Reader {
  readonly #text: string;
  #at = 0;
  #out = '';
  /** Whether what was read last can be repeated. */
  #repeatable = false;
  /** For each open bracket, the flag groups that `(?i)` opened in its middle; the outermost is the pattern itself. */
  readonly #open: string[][] = [[]];

  constructor(text: string) {
    this.#text = text;
  }

  translate(): string {
    while (this.#at < this.#text.length) this.#step();
    if (this.#open.length > 1) throw new Refusal('lacks a closing `)`');
    return this.#out + ')'.repeat(this.#open[0]?.length ?? 0);
  }

  #take(form: RegExp): RegExpExecArray | undefined {
    const sticky = new RegExp(form.source, 'yu');
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text) ?? undefined;
    if (found !== undefined) this.#at += found[0].length;
    return found;
  }

  #emit(source: string): void {
    this.#out += source;
    this.#repeatable = true;
  }

  #step(): void {
    const repeat = this.#take(/[*+?]|\{(\d+)(?:(,)(\d*))?\}/);
    if (repeat !== undefined) this.#repeat(repeat);
    else if (this.#take(/\(/) !== undefined) this.#group();
    else if (this.#take(/\)/) !== undefined) this.#close();
    else if (this.#take(/\|/) !== undefined) this.#alternative();
    else this.#emit(this.#atom());
  }

  #atom(): string {
    const [char = ''] = this.#take(/[\s\S]/) ?? [];
    if (char === '[') return this.#brackets();
    if (char === '\\') return this.#escape();
    if (char === '^' || char === '$') return `(?:${char})`;
    return char === '.' ? char : literal(char);
  }

  /** `(?i)` holds beyond `|`, to the end of the group around it. */
  #alternative(): void {
    const heads = this.#open.at(-1) ?? [];
    this.#out += `${')'.repeat(heads.length)}|${heads.join('')}`;
    this.#repeatable = false;
  }

  #repeat([text, from, comma, to]: RegExpExecArray): void {
    if (!this.#repeatable) throw new Refusal(`has nothing to repeat before \`${text}\``);
    if (from !== undefined) {
      const most = comma === undefined ? Number(from) : to === '' ? Number(from) : Number(to);
      if (most > mostRepeats || most < Number(from)) {
        throw new Refusal(`repeats \`${text}\`: write {n} or {n,m} with n up to m, and m up to ${mostRepeats}`);
      }
    }
    this.#out += `${text}${this.#take(/\?/) === undefined ? '' : '?'}`;
    this.#repeatable = false;
  }

  #group(): void {
    this.#repeatable = false;
    if (this.#take(/\?<?[=!]/) !== undefined) throw new Refusal('uses look-around, which RE2 does not have');
    const plain = this.#take(/\?(?:P?<\w+>|:)|(?!\?)/);
    const flags = plain === undefined ? this.#take(/\?([ims]*)(?:-([ims]+))?([):])/) : undefined;
    if (plain === undefined && flags === undefined) throw new Refusal('has a group `(?…)` that RE2 does not know');
    const head = flags === undefined ? '(?:' : flagGroup(flags[1] ?? '', flags[2] ?? '');
    this.#out += head;
    if (flags?.[3] === ')') this.#open.at(-1)?.push(head);
    else this.#open.push([]);
  }

  #close(): void {
    const heads = this.#open.length > 1 ? this.#open.pop() : undefined;
    if (heads === undefined) throw new Refusal('has a `)` without its `(`');
    this.#emit(')'.repeat(heads.length + 1));
  }

  #escape(): string {
    if (this.#take(/b/) !== undefined) return '(?:\\b)';
    if (this.#take(/B/) !== undefined) return '(?:\\B)';
    if (this.#take(/A/) !== undefined) return '(?:(?<![\\s\\S]))';
    if (this.#take(/z/) !== undefined) return '(?:(?![\\s\\S]))';
    const quoted = this.#take(/Q((?:(?!\\E)[\s\S])*)(?:\\E|$)/);
    if (quoted !== undefined) return `(?:${(quoted[1] ?? '').replace(/[\s\S]/gu, literal)})`;
    if (this.#take(/[1-9]|k/) !== undefined) throw new Refusal('refers back to a group, which RE2 does not have');
    const escaped = this.#sharedEscape();
    return typeof escaped === 'number' ? codePoint(escaped) : escaped;
  }

  /** What may stand after a backslash inside and outside of brackets: a class as source, or one character. */
  #sharedEscape(): string | number {
    const property = this.#take(/([pP])(?:\{(\^?)(\w+)\}|(\w))/);
    if (property !== undefined) return unicodeProperty(property);
    const hex = this.#take(/x(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2}))/);
    if (hex !== undefined) return Number.parseInt(hex[1] ?? hex[2] ?? '', 16);
    const octal = this.#take(/0[0-7]{0,2}/);
    if (octal !== undefined) return Number.parseInt(octal[0], 8);
    const [char] = this.#take(/[\s\S]/) ?? [];
    if (char === undefined) throw new Refusal('ends in a backslash');
    if (sharedEscapes.includes(char)) return `\\${char}`;
    const control = controlEscapes[char];
    if (control !== undefined) return control;
    if (/[\p{L}\p{N}]/u.test(char)) throw new Refusal(`has the escape \`\\${char}\`, which RE2 does not know`);
    return char.codePointAt(0) ?? 0;
  }

  #brackets(): string {
    const items: string[] = [];
    const negated = this.#take(/\^/) !== undefined;
    for (let first = true; first || this.#take(/\]/) === undefined; first = false) {
      if (this.#at >= this.#text.length) throw new Refusal('lacks a closing `]`');
      items.push(this.#bracketItem());
    }
    return `[${negated ? '^' : ''}${items.join('')}]`;
  }

  #bracketItem(): string {
    const posix = this.#take(/\[:(\^?)(\w+):\]/);
    if (posix !== undefined) {
      const known = posixClasses[posix[2] ?? ''];
      if (known === undefined) throw new Refusal(`has the class \`${posix[0]}\`, which RE2 does not know`);
      return posix[1] === '' ? known : `[^${known}]`;
    }
    const low = this.#bracketChar();
    if (typeof low === 'string') return low;
    if (this.#take(/-(?=[^\]])/) === undefined) return codePoint(low);
    const high = this.#bracketChar();
    if (typeof high === 'string' || high < low) throw new Refusal('has a range in brackets whose end is not an end');
    return `${codePoint(low)}-${codePoint(high)}`;
  }

  #bracketChar(): string | number {
    const [char = ''] = this.#take(/[\s\S]/) ?? [];
    return char === '\\' ? this.#sharedEscape() : (char.codePointAt(0) ?? 0);
  }
}

function literal(char: string): string {
  return /\w/.test(char) ? char : codePoint(char.codePointAt(0) ?? 0);
}

function codePoint(value: number): string {
  return `\\u{${value.toString(16)}}`;
}

/** JavaScript refuses a flag that is given twice, or switched on and off. */
function flagGroup(on: string, off: string): string {
  const negative = [...new Set(off)].join('');
  const positive = [...new Set(on)].filter((flag) => !negative.includes(flag)).join('');
  return `(?${positive}${negative === '' ? '' : `-${negative}`}:`;
}

function unicodeProperty([text, letter = 'p', negation = '', long, short]: RegExpExecArray): string {
  const name = long ?? short ?? '';
  const sign = (letter === 'P') === (negation === '') ? 'P' : 'p';
  for (const candidate of [name, `Script=${name}`]) {
    try {
      const source = `\\${sign}{${candidate}}`;
      new RegExp(source, 'v');
      return source;
    } catch {
      // The next candidate, or none.
    }
  }
  throw new Refusal(`has the class \`\\${text}\`, which RE2 does not know`);
}
