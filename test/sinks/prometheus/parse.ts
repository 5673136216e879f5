/** A small reader of both exposition formats, written for the tests alone, from the formats' descriptions. */
export interface ParsedSample {
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly value: number;
  readonly timestamp: string | undefined;
}

export interface Parsed {
  /** In order of their TYPE lines. */
  readonly types: [string, string][];
  readonly helps: Record<string, string>;
  readonly samples: ParsedSample[];
  readonly ends: number;
}

export function parse(text: string): Parsed {
  const parsed = {
    types: [] as [string, string][],
    helps: {} as Record<string, string>,
    samples: [] as ParsedSample[],
    ends: 0,
  };
  if (!text.endsWith('\n')) throw new Error('The text does not end with a line end.');
  for (const line of text === '\n' ? [] : text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) (\S+) ?(.*)$/s.exec(line);
    if (line === '# EOF') parsed.ends += 1;
    else if (comment?.[1] === 'HELP') parsed.helps[comment[2] ?? ''] = plainText(comment[3] ?? '');
    else if (comment?.[1] === 'TYPE') parsed.types.push([comment[2] ?? '', comment[3] ?? '']);
    else parsed.samples.push(parseSample(line));
  }
  return parsed;
}

function parseSample(line: string): ParsedSample {
  const match = /^([a-zA-Z_:][\w:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})? (\S+)(?: (\S+))?$/s.exec(line);
  if (!match) throw new Error(`No sample: ${line}`);
  const [, name = '', inside = '', value = '', timestamp] = match;
  const labels: Record<string, string> = {};
  let rest = inside;
  while (rest !== '') {
    const label = /^([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/s.exec(rest);
    if (!label) throw new Error(`No label: ${rest}`);
    if (Object.hasOwn(labels, label[1] ?? '')) throw new Error(`Twice: ${label[1]}`);
    labels[label[1] ?? ''] = plainText(label[2] ?? '');
    rest = rest.slice(label[0].length);
  }
  return { name, labels, value: number(value), timestamp };
}

function number(text: string): number {
  if (text === 'NaN') return Number.NaN;
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text)) throw new Error(`No number: ${text}`);
  return Number(text);
}

function plainText(text: string): string {
  return text.replace(/\\(["\\n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}
