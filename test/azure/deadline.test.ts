import { describe, expect, it } from 'vitest';
import { createDeadline } from '../../src/azure/deadline.ts';
import { abortReason } from '../../src/azure/failures.ts';
import { createFakeClock } from '../fakes/clock.ts';

describe('deadline', () => {
  it('runs only between run and pause', async () => {
    const clock = createFakeClock();
    const deadline = createDeadline(clock, 30_000, new AbortController().signal);
    await clock.advance(100_000);
    deadline.run();
    await clock.advance(20_000);
    deadline.pause();
    await clock.advance(100_000);
    expect(deadline.remainingMs()).toBe(10_000);
    deadline.run();
    deadline.run();
    await clock.advance(9_999);
    expect(deadline.signal.aborted).toBe(false);
    expect(deadline.remainingMs()).toBe(1);
    await clock.advance(1);
    expect(deadline.signal.reason).toBe(abortReason.deadline);
  });

  it('ends with the run, paused or not', () => {
    const run = new AbortController();
    const deadline = createDeadline(createFakeClock(), 30_000, run.signal);
    run.abort();
    expect(deadline.signal.reason).toBe(abortReason.stopped);
    const late = createDeadline(createFakeClock(), 30_000, run.signal);
    expect(late.signal.reason).toBe(abortReason.stopped);
  });

  it('leaves no timer behind', () => {
    const clock = createFakeClock();
    const deadline = createDeadline(clock, 30_000, new AbortController().signal);
    deadline.run();
    expect(clock.pending()).toBe(1);
    deadline.close();
    expect(clock.pending()).toBe(0);
  });
});
