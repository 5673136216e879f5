import type { ScheduleEvent } from '../schedule/ports.ts';

/** What became of the runs of a schedule, beside what the scheduler itself remembers. */
export interface ScheduleRecord {
  readonly lastDurationMs?: number;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly skipped: number;
  readonly lastSkippedMs?: number;
  /** The last run threw. */
  readonly crashed: boolean;
}

/** The last outcome of every schedule, by its six-field form. */
export interface ScheduleBook {
  note(event: ScheduleEvent, nowMs: number): void;
  of(cron: string): ScheduleRecord;
}

const fresh: ScheduleRecord = { skipped: 0, crashed: false };

export function createScheduleBook(): ScheduleBook {
  const records = new Map<string, ScheduleRecord>();
  const change = (cron: string, changes: Partial<ScheduleRecord>): void => {
    records.set(cron, { ...(records.get(cron) ?? fresh), ...changes });
  };
  return {
    note(event, nowMs) {
      const { cron } = event.schedule;
      switch (event.kind) {
        case 'runFinished': {
          const { durationMs, succeeded, failed } = event;
          change(cron, { lastDurationMs: durationMs, succeeded, failed, crashed: false });
          return;
        }
        case 'runSkipped':
          change(cron, { skipped: (records.get(cron)?.skipped ?? 0) + 1, lastSkippedMs: nowMs });
          return;
        case 'ended':
          records.delete(cron);
          return;
        case 'runCrashed':
          change(cron, { crashed: true });
          return;
        default:
      }
    },
    of: (cron) => records.get(cron) ?? fresh,
  };
}
