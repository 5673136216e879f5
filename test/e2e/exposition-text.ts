/** One sample of the text format. */
export interface Line {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly timestampMs?: number;
}

const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: (\d+))?$/;
const pair = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/y;

/** Reads the samples of a text of Prometheus, written apart from the code that makes it. Throws on anything else. */
export function parseLines(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [whole, name = '', labels = '', value = '', timestamp] = sample.exec(line) ?? [];
      if (whole === undefined) throw new Error(`no sample: ${line}`);
      const stamp = timestamp === undefined ? {} : { timestampMs: Number(timestamp) };
      return { name, labels: parseLabels(labels), value: numberOf(value), ...stamp };
    });
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  pair.lastIndex = 0;
  while (pair.lastIndex < text.length) {
    const at = pair.lastIndex;
    const [whole, name = '', value = ''] = pair.exec(text) ?? [];
    if (whole === undefined) throw new Error(`no label at ${at}: ${text}`);
    if (name in labels) throw new Error(`the label ${name} is there twice: ${text}`);
    labels[name] = value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
  }
  return labels;
}

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  const number = Number(text);
  // The library behind the own metrics writes `Nan`, which Prometheus reads as well.
  if (Number.isNaN(number) && text.toLowerCase() !== 'nan') throw new Error(`no number: ${text}`);
  return number;
}
