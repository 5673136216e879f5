import type { AppOptions } from '../../src/http/app.ts';
import { createFakeStatus, noonMs } from './status-source.ts';

/** A program in which all is well and nothing is known, for tests of single routes. */
export function appOptions(changes: Partial<AppOptions> = {}): AppOptions {
  return {
    version: '1.2.3',
    exposition: { serve: () => Promise.resolve(), refresh: () => Promise.resolve() },
    unhealthy: () => [],
    notReady: () => [],
    concerns: () => [],
    health: () => ({ entries: {}, status: 'Healthy', totalDuration: '00:00:00' }),
    runtime: () => ({}),
    metricDeclaration: () => [],
    lifecycle: {},
    status: createFakeStatus().source,
    now: () => noonMs,
    users: () => new Map(),
    headers: () => ({}),
    onError: () => undefined,
    ...changes,
  };
}
