import type { Aggregation } from '../../core/aggregation.ts';

/** A metric worth having of every resource of a type. Facts from Azure's reference of supported metrics. */
export interface RecommendedMetric {
  /** Azure's name. */
  readonly metric: string;
  readonly aggregation: Aggregation;
  /** Unit in Azure's words. */
  readonly unit: string;
  /** Prometheus name after the prefix of its type; ends in the unit unless that is Count. */
  readonly name: string;
  /** HELP text. */
  readonly help: string;
  /** Time grain when Azure offers nothing as fine as five minutes. */
  readonly interval?: '01:00:00';
}

/** What is recommended for one resource type. */
export interface RecommendedType {
  /** Name of a row of the catalogue. */
  readonly type: string;
  /** Begin of the Prometheus names, without the last underscore. */
  readonly prefix: string;
  readonly metrics: readonly RecommendedMetric[];
  /** Patterns of names that Azure keeps for itself and that lack most metrics. */
  readonly excludeNames?: readonly string[];
}

/** One metric on one line of a table. */
export function metric(
  azure: string,
  aggregation: Aggregation,
  unit: string,
  name: string,
  help: string,
): RecommendedMetric {
  return { metric: azure, aggregation, unit, name, help };
}

/** A metric that Azure gathers once an hour. */
export function hourly(...parts: Parameters<typeof metric>): RecommendedMetric {
  return { ...metric(...parts), interval: '01:00:00' };
}
