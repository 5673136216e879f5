import cron from 'node-cron';
import type { Ticker } from './ports.ts';

const shortestToleranceMs = 1000;

/**
 * Ticks by node-cron, in the time zone of the process. A tick that is late because the event loop was busy still
 * fires, up to a second before the next one is due (node-cron itself gives up after one second).
 */
export const cronTicker: Ticker = {
  start(schedule, onTick, onMissed) {
    const task = cron.createTask(schedule.cron, onTick, {
      name: schedule.text,
      missedExecutionTolerance: Math.max(shortestToleranceMs, schedule.periodMs - shortestToleranceMs),
      suppressMissedWarning: true,
    });
    task.on('execution:missed', onMissed);
    void task.start();
    return () => void task.destroy();
  },
};
