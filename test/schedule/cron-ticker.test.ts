import { describe, expect, it } from 'vitest';
import { cronTicker } from '../../src/schedule/cron-ticker.ts';

describe('cronTicker', () => {
  it('ticks on the second, and not after it is stopped', async () => {
    const ticks: number[] = [];
    await new Promise<void>((resolve) => {
      const stop = cronTicker.start({ text: '* * * * * *', cron: '* * * * * *', periodMs: 1000 }, () => {
        ticks.push(Date.now());
        if (ticks.length < 2) return;
        stop();
        resolve();
      });
    });
    expect(ticks).toHaveLength(2);
    for (const tick of ticks) expect(tick % 1000).toBeLessThan(500);
  });

  it('refuses a schedule that was never validated', () => {
    expect(() => cronTicker.start({ text: 'x', cron: 'x', periodMs: 1 }, () => undefined)).toThrow('not validated');
  });
});
