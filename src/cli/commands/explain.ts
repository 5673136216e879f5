import type { Explanation } from '../../status/explain.ts';
import { explanationText } from '../../status/explain-text.ts';
import type { Explained } from '../../status/explained.ts';
import { parseSelector, type Selector } from '../../status/selector.ts';
import type { Command, CommandInput } from '../command.ts';
import { accept, load, loggerFor } from '../configuration.ts';
import { formatFlag, oneOf, text, UsageError } from '../options.ts';
import { printingCore } from '../printing-core.ts';

/** More than one screen of explanations explains nothing. */
const mostShown = 10;
const timeoutMs = 30_000;
const noSuchSeries = 7;

export const explainCommand: Command = {
  name: 'explain',
  summary: 'why a series shows its value: query, window, buckets, choice, age, next run',
  words: '\'NAME{LABEL="VALUE"}\'',
  flags: {
    ...formatFlag,
    url: { type: 'string', value: 'URL', help: 'ask this running exporter instead of making a run of its own' },
  },
  async run(input) {
    const format = oneOf(input.given, 'format', ['text', 'json']) ?? 'text';
    const selectorText = input.words.join(' ');
    const parsed = parseSelector(selectorText);
    if (!parsed.ok) throw new UsageError(parsed.message);
    const url = text(input.given, 'url');
    const explained =
      url === undefined ? await explainByRun(input, parsed.selector) : await askExporter(url, selectorText, input);
    if (typeof explained === 'number') return explained;
    await input.io.out(format === 'json' ? `${JSON.stringify(explained, null, 2)}\n` : asText(explained));
    if (explained.found > 0) return 0;
    input.io.err(`No series fits ${selectorText}.\n`);
    return noSuchSeries;
  },
};

function asText({ explanations, found }: Explained): string {
  const more = found - explanations.length;
  const rest = more > 0 ? [`${more} more series fit; add labels to the selector.\n`] : [];
  return [...explanations.map(explanationText), ...rest].join('\n');
}

/** One run of the metrics that may be meant, as `azimuth scrape` makes it. */
async function explainByRun(input: CommandInput, selector: Selector): Promise<Explained | number> {
  const loaded = load(input);
  const logger = loggerFor(input, loaded.runtime);
  const runnable = accept(loaded, logger);
  if (typeof runnable === 'number') return runnable;
  const { name } = selector;
  const metrics = runnable.declaration.metrics.filter((metric) => name === undefined || name.startsWith(metric.name));
  const core = printingCore({
    runtime: runnable.runtime,
    declaration: { ...runnable.declaration, metrics },
    logger,
    version: input.version,
  });
  try {
    const stop = new AbortController();
    const { schedules } = core.planner.current();
    await Promise.all(schedules.map(({ cron }) => core.run(cron, 'start', stop.signal)));
    return core.status.explain(selector, mostShown, []);
  } finally {
    await core.close();
  }
}

async function askExporter(base: string, selector: string, { io }: CommandInput): Promise<Explained | number> {
  if (!URL.canParse('/', base)) throw new UsageError(`--url takes a URL such as http://127.0.0.1:8888, not ${base}`);
  const url = new URL('/api/v1/explain', base);
  url.searchParams.set('selector', selector);
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (answer.status === 200) return (await answer.json()) as { explanations: Explanation[]; found: number };
    io.err(`${base} answered ${answer.status}: ${(await answer.text()).trim()}\n`);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    io.err(`${base} does not answer: ${cause}\n`);
  }
  return 1;
}
