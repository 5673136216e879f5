import type { CodedError } from '../core/outcome.ts';
import type { Part } from './ask.ts';

/**
 * Azure mostly names the culprit: `metric: ActiveMesages, Valid metrics: …` (azure-apis reference, section 1.4), or
 * the resource that was not found. The parts that an error names, and the rest; undefined when it names none or all.
 */
export function suspectsOf(error: CodedError, parts: readonly Part[]): [Part[], Part[]] | undefined {
  const message = error.message.toLowerCase();
  const named = parts.filter((part) => namesMetric(message, part) || namesResource(message, part));
  if (named.length === 0 || named.length === parts.length) return undefined;
  const guilty = new Set(named);
  return [named, parts.filter((part) => !guilty.has(part))];
}

function namesMetric(message: string, { metricName }: Part): boolean {
  const at = message.indexOf(`metric: ${metricName.toLowerCase()}`);
  if (at < 0) return false;
  const after = message[at + 'metric: '.length + metricName.length];
  return after === undefined || /[\s,.;"']/.test(after);
}

function namesResource(message: string, { item }: Part): boolean {
  const name = item.resource.key.split('/').at(-1) ?? '';
  return (
    name !== '' &&
    (message.includes(`/${name}'`) || message.includes(`/${name}"`) || message.includes(item.resource.key))
  );
}
