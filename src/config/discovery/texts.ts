import { problem } from '../problem.ts';
import type { Reader, Slot } from '../spec.ts';

/** Entries of a list without blanks and repetitions (compared without case), which are reported. */
export function distinctTexts(
  slot: Pick<Slot<readonly Slot<string | undefined>[] | undefined>, 'value'>,
  reader: Reader,
): readonly Slot<string>[] {
  const kept = new Map<string, Slot<string>>();
  for (const entry of slot.value ?? []) {
    const { value } = entry;
    if (value !== undefined && !kept.has(value.toLowerCase())) kept.set(value.toLowerCase(), { ...entry, value });
    else if (!entry.broken) {
      reader.report(problem('warning', 'AZ1132', entry.place, 'The entry is blank or repeated, and has no effect.'));
    }
  }
  return [...kept.values()];
}
