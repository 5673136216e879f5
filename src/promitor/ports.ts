export type HealthStatus = 'Healthy' | 'Degraded' | 'Unhealthy';

/** What one check found. */
export interface HealthFinding {
  readonly status: HealthStatus;
  /** For people: what is well, or what is wrong and why. */
  readonly description: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** One entry of the health report. Checks look at what is in memory and never wait. */
export interface HealthCheck {
  readonly name: string;
  readonly check: () => HealthFinding;
}

/** The answer of `/api/v1/health`. */
export interface HealthReport {
  readonly entries: Readonly<Record<string, HealthEntry>>;
  /** The worst of the entries; `Healthy` without any. */
  readonly status: HealthStatus;
  /** Time that the checks took, as .NET writes it. */
  readonly totalDuration: string;
}

export interface HealthEntry {
  readonly data: Readonly<Record<string, unknown>>;
  readonly description: string;
  readonly duration: string;
  readonly status: HealthStatus;
  readonly tags: readonly string[];
}
