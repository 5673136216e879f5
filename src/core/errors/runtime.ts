import type { ErrorRow } from '../errors.ts';

/** Start-up and operation (AZ2xxx). */
export const runtimeErrors = {
  AZ2001: {
    title: 'The port cannot be listened on',
    remedy: 'Free the port, or set another one with server.httpPort or --port.',
  },
  AZ2002: {
    title: 'Nothing is scraped yet',
    remedy: 'Wait for the first run of the schedule; if it lasts, the reasons that follow say what it waits for.',
  },
  AZ2003: {
    title: 'The scheduler stands still',
    remedy: 'A defect or a frozen process: restart it, and report it with the log of the last minutes.',
  },
  AZ2004: {
    title: 'A run crashed',
    remedy: 'A defect of Azimuth: report it with the log line. The schedule goes on.',
  },
  AZ2005: {
    title: 'A run was skipped',
    remedy: 'The run before it took longer than the period: use a longer schedule, or see which calls are slow.',
  },
  AZ2007: {
    title: 'A defect of the program surfaced',
    remedy: 'Report it with the log line.',
  },
  AZ2010: {
    title: 'The declared interval is not offered',
    remedy: 'Declare the interval named in the message, to make it explicit.',
  },
  AZ2011: {
    title: 'The series limit is reached',
    remedy: 'Raise seriesLimit in runtime.yaml, or split by fewer dimensions.',
  },
  AZ2012: {
    title: 'The number of series reached the limit of the query',
    remedy: 'Raise `limit` of the metric (at most 10000), or narrow it by a filter; series beyond it are cut by Azure.',
  },
  AZ2020: {
    title: 'The plan makes more calls than the call budget allows',
    remedy: 'Raise callBudget.callsPerHour, declare longer schedules, or let resources share calls; see azimuth plan.',
  },
  AZ2021: {
    title: "The plan makes more calls than Azure's limits allow, or nearly so",
    remedy: 'Use batch mode, longer schedules or fewer resources; azimuth plan shows the share of each limit.',
  },
  AZ2030: {
    title: 'A changed web configuration is not used',
    remedy: 'Mend what the message names; until then certificate, users and headers stay as they were.',
  },
  AZ2060: {
    title: 'Log events do not reach Application Insights',
    remedy: 'Check the instrumentation key or connection string, and that the ingestion endpoint can be reached.',
  },
} as const satisfies Record<`AZ2${number}`, ErrorRow>;
