import { analyticsMetrics } from './analytics.ts';
import { computeMetrics } from './compute.ts';
import { databaseMetrics } from './databases.ts';
import { managementMetrics } from './management.ts';
import { messagingMetrics } from './messaging.ts';
import { networkMetrics } from './network.ts';
import { storageMetrics } from './storage.ts';
import type { RecommendedType } from './types.ts';
import { webMetrics } from './web.ts';

/** Recommended metrics of all types that have some, ordered by type. */
export const recommendedTypes: readonly RecommendedType[] = [
  ...analyticsMetrics,
  ...computeMetrics,
  ...databaseMetrics,
  ...managementMetrics,
  ...messagingMetrics,
  ...networkMetrics,
  ...storageMetrics,
  ...webMetrics,
].sort((a, b) => (a.type < b.type ? -1 : 1));

/** Page of Azure's reference of supported metrics for an ARM type: the source of what is recommended. */
export function metricsReference(armType: string): string {
  const page = armType.toLowerCase().replace(/[./]/g, '-');
  return `https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/${page}-metrics`;
}
