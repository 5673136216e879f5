import { oneByteText } from '../../core/label-text.ts';
import type { Format } from './negotiate.ts';

/** A number as both formats spell it: the shortest text that reads back as the same number. */
export function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

/** HELP and TYPE lines in one-byte form. HELP is left out for an empty description, as Promitor does. */
export function headerText(name: string, help: string, format: Format): string {
  const type = `# TYPE ${name} gauge\n`;
  return help === '' ? type : `# HELP ${name} ${helpText(help, format)}\n${type}`;
}

/** Text 0.0.4 has no escape for quotes in HELP, OpenMetrics demands it. */
function helpText(help: string, format: Format): string {
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return oneByteText(format === 'openmetrics' ? escaped.replaceAll('"', '\\"') : escaped);
}
