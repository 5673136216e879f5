import type { HealthCheck, HealthEntry, HealthReport, HealthStatus } from './ports.ts';
import { timeSpan } from './time-span.ts';

/** Runs the checks in order. `stopwatch` is a monotonic time in milliseconds. */
export function healthReport(checks: readonly HealthCheck[], stopwatch: () => number): HealthReport {
  const startMs = stopwatch();
  const entries: Record<string, HealthEntry> = {};
  for (const { name, check } of checks) {
    const checkMs = stopwatch();
    const { status, description, data = {} } = check();
    entries[name] = { data, description, duration: timeSpan(stopwatch() - checkMs), status, tags: [] };
  }
  const found = new Set(Object.values(entries).map(({ status }) => status));
  const worst: HealthStatus = found.has('Unhealthy') ? 'Unhealthy' : found.has('Degraded') ? 'Degraded' : 'Healthy';
  return { entries, status: worst, totalDuration: timeSpan(stopwatch() - startMs) };
}
