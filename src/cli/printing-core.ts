import { cpus } from 'node:os';
import { type CoreInput, composeCore, type ExporterCore } from '../compose/core.ts';
import { realClock } from '../telemetry/clock.ts';

/** The core of a command that asks Azure once and prints: it serves nothing, pushes nothing, and shows no own metrics. */
export function printingCore(input: Pick<CoreInput, 'runtime' | 'declaration' | 'logger' | 'version'>): ExporterCore {
  const { runtime, declaration, logger, version } = input;
  return composeCore({
    runtime,
    declaration,
    invalidMetrics: [],
    logger,
    clock: realClock,
    random: Math.random,
    version,
    cpus: cpus().length,
    scrapedOnly: true,
  });
}
