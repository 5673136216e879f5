import type { SeriesOutcome } from '../../status/ports.ts';
import { type Html, html } from '../html.ts';

/** Times of the page are written relative to this moment. Milliseconds since the epoch. */
export type Now = number;

/** `45 s`, `5 min`, `2 h 30 min`, `3 d 4 h`: the two largest units. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 1) return seconds > 0 ? 'under 1 s' : '0 s';
  const units = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor((whole % 86_400) / 3600), 'h'],
    [Math.floor((whole % 3600) / 60), 'min'],
    [whole % 60, 's'],
  ] as const;
  const first = units.findIndex(([amount]) => amount > 0);
  return units
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}

/** `5 min ago` or `in 20 s`, with the moment itself for machines and on demand. */
export function moment(ms: number | undefined, now: Now, none = 'never'): Html {
  if (ms === undefined) return html`${none}`;
  const away = ms - now;
  const words = away > 0 ? `in ${duration(away / 1000)}` : `${duration(-away / 1000)} ago`;
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}" title="${iso}">${words}</time>`;
}

/** `12,345`; `0.1235` keeps four digits that say something. */
export function number(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  const digits = Math.abs(value) >= 1000 ? { maximumFractionDigits: 1 } : { maximumSignificantDigits: 4 };
  return value.toLocaleString('en-US', digits);
}

/** `1 series`, `2 resources`; words that stay the same in the plural end in s already. */
export function count(amount: number, noun: string): string {
  const plural = noun.endsWith('s') ? noun : noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${number(amount)} ${amount === 1 ? noun : plural}`;
}

/** Outcomes as the page says them, with what they mean. */
export const outcomes: Readonly<Record<SeriesOutcome, { readonly text: string; readonly meaning: string }>> = {
  ok: { text: 'up to date', meaning: 'the last run brought a value' },
  noData: { text: 'no data', meaning: 'Azure answered, but without data that is recent enough to be shown' },
  failing: { text: 'failing', meaning: 'the last run failed; a value that is still shown is from an earlier run' },
  quarantine: { text: 'in quarantine', meaning: 'it spoiled a shared call and is left out for a while' },
  waiting: { text: 'not asked yet', meaning: 'no run has asked for it yet' },
};

/** A mark of an outcome; colour only repeats what the words say. */
export function outcomeMark(outcome: SeriesOutcome): Html {
  const { text, meaning } = outcomes[outcome];
  return html`<span class="mark ${outcome}" title="${meaning}">${text}</span>`;
}
