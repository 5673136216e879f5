const secondMs = 1_000;
const dayMs = 24 * 60 * 60 * secondMs;

/** A time span as .NET writes it: `[d.]hh:mm:ss[.fffffff]`, the fraction in ticks of 100 ns and left out when zero. */
export function timeSpan(ms: number): string {
  const ticks = Math.round((ms % secondMs) * 10_000);
  const seconds = Math.floor(ms / secondMs);
  const [days, inDay] = [Math.floor(ms / dayMs), seconds % (dayMs / secondMs)];
  const clock = [Math.floor(inDay / 3_600), Math.floor(inDay / 60) % 60, inDay % 60].map(two).join(':');
  return `${days === 0 ? '' : `${days}.`}${clock}${ticks === 0 ? '' : `.${String(ticks).padStart(7, '0')}`}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
