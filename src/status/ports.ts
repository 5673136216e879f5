import type { PaceState } from '../azure/ports.ts';
import type { QuotaRow } from '../plan/quota.ts';
import type { Explanation } from './explain.ts';

export type { QuotaRow } from '../plan/quota.ts';
export type { Explanation } from './explain.ts';

/** What the status page shows, as data. Times are milliseconds since the epoch, durations say their unit. */
export interface StatusSource {
  overview(): Overview;
  problems(query: PageQuery): Page<ProblemRow>;
  metrics(query: PageQuery): Page<MetricRow>;
  /** Looks through all series in small steps, so that nothing else waits for it. */
  series(query: SeriesQuery): Promise<Page<SeriesRow>>;
  /** In small steps, too. */
  groups(query: PageQuery): Promise<Page<GroupRow>>;
  explain(selector: string): Explanations | { readonly problem: string };
}

interface Explanations {
  readonly explanations: readonly Explanation[];
  /** Series that are meant, explained or not. */
  readonly found: number;
}

export interface PageQuery {
  /** From 1; beyond the last page the last is meant. */
  readonly page: number;
  /** Text to look for, without regard to case; empty: everything. */
  readonly text: string;
}

export interface SeriesQuery extends PageQuery {
  /** Name of a metric on `/metrics`, or a part of it when none has just this name; empty: all. */
  readonly metric: string;
  readonly outcome: SeriesOutcome | '';
}

/** One page of a longer list. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Rows of all pages. */
  readonly total: number;
  /** From 1. */
  readonly page: number;
  /** At least 1. */
  readonly pages: number;
}

/**
 * What the last run came to for a series. `ok`: it has a value. `noData`: Azure answered without data that may be
 * shown. `failing`: the last run failed. `quarantine`: it is left out of calls for a while. `waiting`: no run has
 * asked for it yet.
 */
export type SeriesOutcome = 'ok' | 'noData' | 'failing' | 'quarantine' | 'waiting';

export interface Overview {
  readonly nowMs: number;
  readonly startedMs: number;
  /** Every schedule has had a run with a result. */
  readonly ready: boolean;
  readonly healthy: boolean;
  readonly counts: {
    readonly series: number;
    /** Names on `/metrics`. */
    readonly metrics: number;
    /** Declared metrics of one resource each. */
    readonly items: number;
    readonly failingItems: number;
  };
  readonly problems: Page<ProblemRow>;
  readonly schedules: Page<ScheduleRow>;
  readonly metrics: Page<MetricRow>;
  readonly groups: Page<GroupRow>;
  readonly quota: QuotaView;
  readonly discovery?: readonly DiscoveryRow[];
  readonly sinks?: readonly SinkRow[];
  readonly configuration?: ConfigurationView;
}

/** Parts of the page that are made outside of this room; what is undefined is not shown. */
export interface StatusExtras {
  readonly discovery?: readonly DiscoveryRow[];
  readonly sinks?: readonly SinkRow[];
  readonly configuration?: ConfigurationView;
}

/** Something that is wrong now, and what to do about it. */
export interface ProblemRow {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  /** What the code means, as the error catalogue has it. */
  readonly title: string;
  /** What happened, in words; of several alike the one that is met first. */
  readonly message: string;
  readonly remedy: string;
  readonly metrics: Names;
  readonly resources: Names;
  /** Declared metrics of one resource each that suffer from it; 0 when it is no matter of those. */
  readonly items: number;
  /** When it began; undefined where that is not kept. */
  readonly sinceMs?: number;
}

/** A few names of many. */
export interface Names {
  readonly shown: readonly string[];
  readonly total: number;
}

export interface ScheduleRow {
  /** The cron expression as declared. */
  readonly text: string;
  readonly running: boolean;
  readonly lastStartMs?: number;
  readonly lastDurationMs?: number;
  readonly lastSuccessMs?: number;
  readonly nextMs?: number;
  /** It runs at every n-th of its times, to keep to the call budget; mostly 1. */
  readonly stride: number;
  /** Items of the last finished run. */
  readonly succeeded?: number;
  readonly failed?: number;
  /** Ticks since the start that came while a run was still going. */
  readonly skipped: number;
}

/** One name on `/metrics`. */
export interface MetricRow {
  readonly name: string;
  readonly help: string;
  readonly azureMetric: string;
  readonly aggregation: string;
  readonly resourceType: string;
  readonly schedule: string;
  readonly series: number;
  /** Values shown now; undefined when no series has one. */
  readonly values?: { readonly mean: number; readonly min: number; readonly max: number };
  /** Means of earlier runs, oldest first; null: no series had a value. */
  readonly history: readonly { readonly atMs: number; readonly mean: number | null }[];
  /** Age of the newest bucket shown, and of the oldest. */
  readonly age?: { readonly newestSeconds: number; readonly oldestSeconds: number };
  /** How late Azure is with this metric, as learned. */
  readonly lagSeconds?: number;
  readonly nextMs?: number;
  readonly items: number;
  readonly failingItems: number;
}

export interface SeriesRow {
  readonly name: string;
  readonly labels: readonly (readonly [string, string])[];
  /** Means exactly this series, in the form that `azimuth explain` takes. */
  readonly selector: string;
  readonly outcome: SeriesOutcome;
  readonly value: number | null;
  readonly ageSeconds?: number;
  /** Why it fails or is in quarantine. */
  readonly error?: { readonly code: string; readonly message: string };
  /** Values of the buckets of the last answer, oldest first; undefined when they were not kept. */
  readonly buckets?: readonly (number | null)[];
  readonly nextMs?: number;
}

/** One call to Azure per run. */
export interface GroupRow {
  readonly id: string;
  readonly mode: string;
  readonly schedule: string;
  readonly subscription: string;
  readonly region?: string;
  readonly metricNames: readonly string[];
  readonly resources: number;
  /** Why what is in it shares a call, in words. */
  readonly why: string;
}

export interface QuotaView {
  readonly callsPerHour: number;
  /** What the plan takes of Azure's limits. */
  readonly planned: readonly QuotaRow[];
  /** How calls are paced at this moment. */
  readonly paces: readonly PaceState[];
  readonly cost: { readonly perMonth: number; readonly currency: string; readonly assumption: string };
  /** Present when a call budget is set. */
  readonly budget?: { readonly allowedPerHour: number; readonly declaredPerHour: number };
}

export interface CodedMessage {
  readonly code: string;
  readonly message: string;
}

/** Something that the program notices about itself. */
export interface Concern extends CodedMessage {
  /** Cron expression of the schedule that it is about. */
  readonly schedule?: string;
}

/** A resource discovery group. */
export interface DiscoveryRow {
  readonly name: string;
  readonly resources: number;
  /** Since it was read last; undefined before the first time. */
  readonly ageSeconds?: number;
  readonly problem?: CodedMessage;
}

/** A place that values are sent to. */
export interface SinkRow {
  readonly name: string;
  readonly healthy: boolean;
  /** Samples that wait to be sent, and those that were given up. */
  readonly queued: number;
  readonly dropped: number;
  readonly problem?: CodedMessage;
}

export interface ConfigurationView {
  /** Names of the files that were read. */
  readonly files: readonly string[];
  readonly loadedMs: number;
  /** Digest of what was loaded. */
  readonly hash?: string;
  /** What is wrong with the files that are in force. */
  readonly problems: readonly ConfigurationProblem[];
  /** The last attempt to load changed files. */
  readonly lastReload?: {
    readonly atMs: number;
    readonly accepted: boolean;
    readonly problems: readonly ConfigurationProblem[];
  };
}

export interface ConfigurationProblem extends CodedMessage {
  readonly severity: 'error' | 'warning';
  /** `file:line:column`. */
  readonly where: string;
  /** The metric that is left out because of it, when it is one. */
  readonly metric?: string;
}
