import type { Exposition, ExpositionRequest, ExpositionResponse } from '../../http/ports.ts';
import type { FamilyView, SeriesSnapshots } from '../../store/ports.ts';
import { gzipHeader, gzipPart, gzipTrailer } from './gzip.ts';
import { acceptsGzip, chooseFormat, contentTypes, type Format } from './negotiate.ts';
import { createOutput, type Output } from './output.ts';
import { ownMetricsText } from './own-metrics.ts';
import { type CachedPart, createPartCache, type PartCache } from './part-cache.ts';
import { createRefresher } from './refresher.ts';
import { createRenderer, type Render, type RenderOptions } from './render.ts';
import { type Section, toSections } from './sections.ts';

export interface ExpositionOptions extends RenderOptions {
  readonly store: SeriesSnapshots;
  /** Text of Azimuth's own metrics, with or without `# EOF`. */
  readonly ownMetrics: (format: Format) => Promise<string>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Hears once per scrape how many bucket timestamps it left out for their age; not when there were none. */
  readonly onOmittedTimestamp?: (count: number) => void;
  /** Hears of a family of the own metrics that is left out because a scraped family has its name. */
  readonly onCollision?: (family: string) => void;
}

/** One answer under way. */
interface Scrape {
  readonly format: Format;
  readonly sections: readonly Section[];
  /** Own metrics and the end marker. */
  readonly tail: Buffer;
  readonly response: ExpositionResponse;
  readonly output: Output;
}

/** The Prometheus sink: what the store shows, followed by Azimuth's own metrics, as one text. */
export function createExposition(options: ExpositionOptions): Exposition {
  const render = createRenderer(options);
  const cache = createPartCache(render, options.now);
  const refresher = createRefresher(options.store, cache, options.now);

  const send = async (format: Format, gzip: boolean, response: ExpositionResponse, output: Output): Promise<void> => {
    const own = await options.ownMetrics(format);
    // Taken after every wait: from here on the answer is one moment of the store.
    const families = options.store.snapshot();
    const tail = tailBytes(own, families, format, options.onCollision);
    for (const [name, value] of Object.entries(headersFor(format, gzip))) response.setHeader(name, value);
    const scrape: Scrape = { format, sections: toSections(families), tail, response, output };
    const omitted = gzip ? await sendGzip(scrape, cache) : await sendPlain(scrape, render, options.now());
    if (omitted > 0) options.onOmittedTimestamp?.(omitted);
    if (output.open()) response.end();
    else response.destroy();
  };

  return {
    async serve(request: ExpositionRequest, response, signal) {
      const format = chooseFormat(request.accept);
      const gzip = acceptsGzip(request.acceptEncoding);
      if (gzip) refresher.asked(format);
      try {
        await send(format, gzip, response, createOutput(response, signal));
      } catch (error) {
        if (response.headersSent) response.destroy();
        else for (const name of Object.keys(headersFor(format, gzip))) response.removeHeader(name);
        throw error;
      }
    },
    refresh: () => refresher.refresh(),
  };
}

function headersFor(format: Format, gzip: boolean): Record<string, string> {
  const headers = { 'Content-Type': contentTypes[format], Vary: 'Accept, Accept-Encoding' };
  return gzip ? { ...headers, 'Content-Encoding': 'gzip' } : headers;
}

function tailBytes(
  own: string,
  families: readonly FamilyView[],
  format: Format,
  onCollision: (family: string) => void = () => undefined,
): Buffer {
  const scraped = new Set(families.map((family) => family.name));
  return Buffer.from(ownMetricsText(own, scraped, onCollision) + (format === 'openmetrics' ? '# EOF\n' : ''));
}

/** Renders on the fly: plain bodies are rare and a resident copy would be twenty times the compressed one. */
async function sendPlain(scrape: Scrape, render: Render, nowMs: number): Promise<number> {
  let omitted = 0;
  for (const section of scrape.sections) {
    const rendered = render(section, scrape.format, nowMs);
    omitted += rendered.omitted;
    if (!(await scrape.output.write(rendered.bytes, rendered.release))) return omitted;
  }
  await scrape.output.write(scrape.tail);
  return omitted;
}

/**
 * Bytes of small parts that are joined before they are written: many small writes cost more than the copy.
 * Less where parts are still being made, so that the client sees the first byte soon.
 */
const writeBytes = { ready: 1024 * 1024, making: 64 * 1024 };

async function sendGzip(scrape: Scrape, cache: PartCache): Promise<number> {
  const { sections, format, response, output } = scrape;
  const tail = await gzipPart(scrape.tail);
  const ready = sections.map((section) => cache.ready(section, format));
  const length = ready.reduce((sum, part) => sum + (part?.bytes.length ?? Number.NaN), tail.bytes.length);
  const frame = gzipHeader.length + 10;
  const known = Number.isFinite(length);
  if (known) response.setHeader('Content-Length', length + frame);
  const parts: CachedPart[] = [];
  let waiting: Buffer[] = [gzipHeader];
  let waitingBytes = 0;
  for (const index of sections.keys()) {
    const part = ready[index] ?? (await cache.makeAhead(sections, index, format));
    if (!part) continue;
    parts.push(part);
    waiting.push(part.bytes);
    waitingBytes += part.bytes.length;
    if (waitingBytes < (known ? writeBytes.ready : writeBytes.making)) continue;
    if (!(await output.write(Buffer.concat(waiting)))) return 0;
    waiting = [];
    waitingBytes = 0;
  }
  await output.write(Buffer.concat([...waiting, tail.bytes, gzipTrailer([...parts, tail])]));
  return parts.reduce((sum, part) => sum + part.omitted, 0);
}
