import type { AzureRequestEvent } from '../azure/ports.ts';
import type { ScheduleEvent } from '../schedule/ports.ts';
import type { ScrapeEvent, ScrapeItem } from '../scrape/ports.ts';
import type { OwnRegistry } from './registry.ts';

/** Turns what the rooms tell into own metrics. */
export interface ScrapeMetrics {
  scrape(event: ScrapeEvent): void;
  schedule(event: ScheduleEvent): void;
  azure(event: AzureRequestEvent): void;
  /** Forgets all that was told of a metric that is no longer declared. */
  forget(metricName: string): void;
}

/** Labels of Promitor's rate-limit metrics. */
export interface MetricsIdentity {
  readonly tenantId: string;
  readonly appId: string;
  /** The cloud in Promitor's words, for example `US Government`. */
  readonly cloud: string;
  readonly authMode: string;
}

const ofMetric = ['seriesTruncated', 'sampleAge', 'seriesDropped'] as const;
const ofSchedule = ['scrapeSkipped', 'scrapeDuration', 'scrapeLastSuccess'] as const;

export function createScrapeMetrics(registry: OwnRegistry, identity: MetricsIdentity): ScrapeMetrics {
  const truncated = new Map<string, Set<string>>();
  const ages = new Map<string, { readonly byItem: Map<string, number>; changed: boolean }>();

  const noteAge = (item: ScrapeItem, ageMs: number | undefined): void => {
    const entry = ages.get(item.metric.name) ?? { byItem: new Map<string, number>(), changed: true };
    ages.set(item.metric.name, entry);
    if (ageMs === undefined) entry.byItem.delete(item.id);
    else entry.byItem.set(item.id, ageMs);
    entry.changed = true;
  };

  const noteTruncated = (item: ScrapeItem, isTruncated: boolean): void => {
    const { name } = item.metric;
    const known = truncated.get(name);
    const items = known ?? new Set<string>();
    const before = items.size;
    if (isTruncated) items.add(item.id);
    else items.delete(item.id);
    if (known !== undefined && items.size === before) return;
    truncated.set(name, items);
    registry.set('seriesTruncated', { metric_name: name }, items.size);
  };

  /** Codes by metric and item: failures leave with their item, because names of resources are many, and go. */
  const failures = new Map<string, Map<string, string[]>>();
  const noteFailure = (item: ScrapeItem, code: string): void => {
    const { name } = item.metric;
    const byItem = failures.get(name) ?? new Map<string, string[]>();
    const codes = byItem.get(item.id) ?? [];
    if (!codes.includes(code)) codes.push(code);
    failures.set(name, byItem.set(item.id, codes));
    registry.add('scrapeFailures', failureLabels(item, code));
  };
  const forgetFailures = (item: ScrapeItem): void => {
    const byItem = failures.get(item.metric.name);
    for (const code of byItem?.get(item.id) ?? []) registry.drop('scrapeFailures', failureLabels(item, code));
    byItem?.delete(item.id);
  };

  const publishAges = (): void => {
    for (const [name, entry] of ages) {
      if (!entry.changed) continue;
      entry.changed = false;
      let oldestMs = 0;
      for (const ageMs of entry.byItem.values()) oldestMs = Math.max(oldestMs, ageMs);
      if (entry.byItem.size === 0) registry.drop('sampleAge', { metric_name: name });
      else registry.set('sampleAge', { metric_name: name }, oldestMs / 1000);
    }
  };

  let reasons: readonly string[] = [];
  const publishQuarantine = (byCode: ReadonlyMap<string, number>): void => {
    for (const reason of reasons) if (!byCode.has(reason)) registry.drop('quarantined', { reason });
    for (const [reason, count] of byCode) registry.set('quarantined', { reason }, count);
    reasons = [...byCode.keys()];
  };

  const noteGraph = (event: AzureRequestEvent): void => {
    const { tenantId, appId: app_id, cloud, authMode: auth_mode } = identity;
    const labels = { tenant_id: event.tenantId ?? tenantId, cloud, app_id, auth_mode };
    registry.set('ratelimitGraphThrottled', labels, event.throttled ? 1 : 0);
    if (event.remainingQueries !== undefined) registry.set('ratelimitGraph', labels, event.remainingQueries);
  };

  return {
    scrape(event) {
      switch (event.kind) {
        case 'failed':
          noteFailure(event.item, event.error.code);
          return;
        case 'truncated':
          noteTruncated(event.item, event.truncated);
          return;
        case 'dropped':
          registry.add('seriesDropped', { metric_name: event.item.metric.name }, event.series);
          return;
        case 'age':
          noteAge(event.item, event.ageMs);
          return;
        case 'asked':
          if (event.mode === 'batch') registry.observe('batchSize', {}, event.resources);
          return;
        case 'repaired':
          registry.add('repairCalls', {}, event.calls);
          return;
        case 'quarantined':
          publishQuarantine(event.byCode);
          return;
        case 'left':
          noteAge(event.item, undefined);
          if (event.reason !== 'unplanned') return;
          noteTruncated(event.item, false);
          forgetFailures(event.item);
          return;
        case 'lag':
          registry.set(
            'metricLag',
            { resource_type: event.resourceType, azure_metric: event.metricName },
            event.lagMs / 1000,
          );
          return;
        default:
      }
    },
    schedule(event) {
      const labels = { schedule: event.schedule.text };
      if (event.kind === 'runSkipped') registry.add('scrapeSkipped', labels);
      if (event.kind === 'ended') {
        for (const metric of ofSchedule) registry.drop(metric, labels);
      }
      if (event.kind !== 'runFinished') return;
      if (event.reason !== 'changed') registry.set('scrapeDuration', labels, event.durationMs / 1000);
      if (event.succeeded > 0) registry.set('scrapeLastSuccess', labels, event.nowMs / 1000);
      publishAges();
    },
    azure(event) {
      registry.add('azureRequests', { api: event.api, code: event.code });
      registry.observe('azureRequestDuration', { api: event.api }, event.durationMs / 1000);
      registry.add('azureResponseBytes', { api: event.api }, event.bytes);
      registry.add('azureWait', { api: event.api }, (event.waitedMs ?? 0) / 1000);
      if (event.attempt > 1) registry.add('azureRetries', { api: event.api });
      if (event.throttled) registry.add('azureThrottled', { api: event.api });
      if (event.api === 'resourceGraph') noteGraph(event);
      if (event.api !== 'metrics' && event.api !== 'subscription' && event.api !== 'definitions') return;
      const labels = {
        tenant_id: event.tenantId ?? identity.tenantId,
        subscription_id: event.subscriptionId ?? '',
        app_id: identity.appId,
      };
      registry.set('ratelimitArmThrottled', labels, event.throttled ? 1 : 0);
      if (event.remainingReads !== undefined) registry.set('ratelimitArm', labels, event.remainingReads);
    },
    forget(name) {
      for (const metric of ofMetric) registry.drop(metric, { metric_name: name });
      for (const known of [truncated, ages, failures]) known.delete(name);
    },
  };
}

function failureLabels({ metric, resource }: ScrapeItem, code: string) {
  return { metric_name: metric.name, resource_name: resource.instanceName, code };
}
