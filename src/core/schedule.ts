/** When a metric is scraped. */
export interface Schedule {
  /** The cron expression as declared; names the schedule in logs and metrics. */
  readonly text: string;
  /** The same in the six-field form that the scheduler runs (`second minute hour day month weekday`); its identity. */
  readonly cron: string;
  /** Distance in milliseconds between two consecutive runs: the shortest of the next few. */
  readonly periodMs: number;
}
