import type { Overview, Page, StatusSource } from '../../src/status/ports.ts';

/** Noon of the first of January 2026: the moment that fake pages are made at. */
export const noonMs = Date.UTC(2026, 0, 1, 12);

export function pageWith<Row>(...rows: readonly Row[]): Page<Row> {
  return { rows, total: rows.length, page: 1, pages: 1 };
}

/** What a program that has nothing to do shows. */
export function anOverview(changes: Partial<Overview> = {}): Overview {
  return {
    nowMs: noonMs,
    startedMs: noonMs - 60_000,
    ready: true,
    healthy: true,
    counts: { series: 0, metrics: 0, items: 0, failingItems: 0 },
    problems: pageWith(),
    schedules: pageWith(),
    metrics: pageWith(),
    groups: pageWith(),
    quota: {
      callsPerHour: 0,
      planned: [],
      paces: [],
      cost: { perMonth: 0, currency: 'USD', assumption: 'An estimate.' },
    },
    ...changes,
  };
}

/** Answers of the status room by hand; records what it was asked for. */
export function createFakeStatus(answers: Partial<StatusSource> = {}) {
  const asked: unknown[] = [];
  const source: StatusSource = {
    overview: () => anOverview(),
    problems: (query) => {
      asked.push(query);
      return pageWith();
    },
    metrics: (query) => {
      asked.push(query);
      return pageWith();
    },
    series: (query) => {
      asked.push(query);
      return Promise.resolve(pageWith());
    },
    groups: (query) => {
      asked.push(query);
      return Promise.resolve(pageWith());
    },
    explain: () => ({ explanations: [], found: 0 }),
    ...answers,
  };
  return { source, asked };
}
