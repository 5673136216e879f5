/** Work that can be done in slices: it yields wherever it may pause. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** What slices are measured with, and how others get their turn between them. */
export interface Slices {
  /** Milliseconds; only differences count. */
  now(): number;
  pause(): Promise<void>;
}

/** Long enough to get on, short enough for nobody to notice, milliseconds. */
const sliceMs = 15;
/** Looking at the time costs as much as a small step. */
const stepsBetweenLooks = 64;

/** Does the work at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Does the work in slices, so that nothing else waits for long. */
export async function inSlices<T>(steps: Steps<T>, slices: Slices): Promise<T> {
  let startMs = slices.now();
  for (let count = 1; ; count += 1) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (count % stepsBetweenLooks !== 0 || slices.now() - startMs < sliceMs) continue;
    await slices.pause();
    startMs = slices.now();
  }
}
