import cron, { type TaskContext } from 'node-cron';
import { matchesCron, parseCron } from '../core/cron.ts';
import type { Ticker } from './ports.ts';

/** Just below the minute after which the next wake-up is due. */
const toleranceMs = 59_000;

/**
 * Ticks by node-cron in the time zone of the process. node-cron wakes at the schedule's seconds of every minute, in
 * UTC, and the schedule itself decides whether the instant is its own: node-cron stops for an hour when clocks go
 * back, and cannot express every day rule that Promitor's parser knows. A tick that was missed because the event loop
 * was busy comes late instead of never.
 */
export const cronTicker: Ticker = {
  start(schedule, onTick) {
    const parsed = parseCron(schedule.cron);
    if (!parsed.ok) throw new Error(`schedule ${schedule.text} was not validated: ${parsed.reason}`);
    const tickWhenDue = ({ date }: TaskContext): void => {
      if (matchesCron(parsed.schedule, date)) onTick();
    };
    const [seconds = '0'] = schedule.cron.split(' ');
    const task = cron.createTask(`${seconds} * * * * *`, tickWhenDue, {
      name: schedule.text,
      timezone: 'UTC',
      missedExecutionTolerance: toleranceMs,
      suppressMissedWarning: true,
    });
    task.on('execution:missed', tickWhenDue);
    void task.start();
    return () => void task.destroy();
  },
};
