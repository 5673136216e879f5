/** The two formats: Prometheus text 0.0.4 and OpenMetrics 1.0. */
export type Format = 'text' | 'openmetrics';

export const contentTypes: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

const versions: Readonly<Record<Format, string>> = { text: '0.0.4', openmetrics: '1.0.0' };

/** One element of an `Accept…` header. */
interface Choice {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/**
 * Format for an `Accept` header (RFC 9110, section 12.5.1). OpenMetrics has to be asked for by name and not be
 * liked less than text; whatever else is asked, text is given rather than nothing.
 */
export function chooseFormat(accept: string | undefined): Format {
  const choices = parseHeader(accept);
  const openmetrics = choices.filter((choice) => names(choice, 'openmetrics'));
  const best = Math.max(0, ...openmetrics.map((choice) => choice.quality));
  return best > 0 && best >= textQuality(choices) ? 'openmetrics' : 'text';
}

/** Quality of text when it is named; when only a wildcard allows it, OpenMetrics by name is the more specific wish. */
function textQuality(choices: readonly Choice[]): number {
  return Math.max(0, ...choices.filter((choice) => names(choice, 'text')).map((choice) => choice.quality));
}

function names(choice: Choice, format: Format): boolean {
  const [type] = contentTypes[format].split(';');
  const version = choice.parameters.get('version');
  return choice.name === type && (version === undefined || version === versions[format]);
}

/**
 * True when the body may and should be compressed (`Accept-Encoding`, RFC 9110, section 12.5.3): gzip or `*` with
 * a quality above zero, and not below that of a plain body where one is given.
 */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  const choices = parseHeader(acceptEncoding);
  const quality = (...coding: string[]): number | undefined =>
    choices.find((choice) => coding.includes(choice.name))?.quality;
  const gzip = quality('gzip', 'x-gzip') ?? quality('*') ?? 0;
  return gzip > 0 && gzip >= (quality('identity') ?? 0);
}

function parseHeader(header: string | undefined): Choice[] {
  return (header ?? '')
    .split(',')
    .map((element) => {
      const [name = '', ...rest] = element.split(';').map((part) => part.trim().toLowerCase());
      const parameters = new Map(rest.map(parseParameter));
      const quality = Number(parameters.get('q') ?? 1);
      // A quality that cannot be read is no reason to refuse what was named.
      return { name, parameters, quality: Number.isNaN(quality) ? 1 : quality };
    })
    .filter((choice) => choice.name !== '');
}

function parseParameter(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 0) return [text, ''];
  return [
    text.slice(0, at).trim(),
    text
      .slice(at + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1'),
  ];
}
