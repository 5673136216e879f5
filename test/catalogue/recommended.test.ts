import { describe, expect, it } from 'vitest';
import { armTypesOf, describeQuery } from '../../src/catalogue/describe.ts';
import { metricsReference, recommendedTypes } from '../../src/catalogue/recommended/lookup.ts';
import { metricsCatalogue } from '../../src/emulator/metrics-catalogue.ts';
import { declared, rowOf } from './resources.ts';

const all = recommendedTypes.flatMap((type) => type.metrics.map((metric) => ({ type, metric })));
const unitEndings: Readonly<Record<string, string>> = {
  Bytes: 'bytes',
  BytesPerSecond: 'bytes_per_second',
  BitsPerSecond: 'bits_per_second',
  Percent: 'percent',
  Seconds: 'seconds',
  MilliSeconds: 'milliseconds',
};

/** What the emulator offers of a type, which was taken from Azure's reference apart from the recommendations. */
const offered = Map.groupBy(metricsCatalogue, ({ type }) => type.toLowerCase());

describe('the recommended metrics', () => {
  it('cover the common types', () => {
    expect(recommendedTypes.length).toBeGreaterThanOrEqual(25);
    expect(new Set(recommendedTypes.map(({ type }) => type)).size).toBe(recommendedTypes.length);
    for (const { type } of recommendedTypes) expect(rowOf(type).discoverable).toBe(true);
  });

  it('have a name of their own in Prometheus, with the unit at its end', () => {
    const names = all.map(({ type, metric }) => `${type.prefix}_${metric.name}`);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^azure_[a-z0-9]+(_[a-z0-9]+)+$/);
    for (const { metric } of all) {
      const ending = unitEndings[metric.unit];
      if (ending === undefined) expect(metric.unit).toBe('Count');
      else expect(metric.name.endsWith(ending)).toBe(true);
      expect(metric.help).toMatch(/^[A-Z0-9].*[a-z0-9]$/);
    }
  });

  it('exist in Azure where the emulator knows the type: same unit, and the interval is offered', () => {
    let compared = 0;
    for (const { type, metric } of all) {
      for (const armType of armTypesOf(rowOf(type.type))) {
        const rows = offered.get(armType.toLowerCase());
        if (rows === undefined) continue;
        compared += 1;
        const row = rows.find(({ names }) => names.includes(metric.metric));
        expect([type.type, metric.metric, row?.unit]).toEqual([type.type, metric.metric, metric.unit]);
        expect([metric.metric, row?.grains]).toEqual([
          metric.metric,
          expect.arrayContaining([metric.interval === undefined ? 'PT5M' : 'PT1H']),
        ]);
      }
    }
    expect(compared).toBeGreaterThan(60);
  });

  it('are split by nothing that Azure does not have for them', () => {
    for (const { type, metric } of all) {
      const row = rowOf(type.type);
      const fields = Object.fromEntries(row.fields.flatMap(({ name, required }) => (required ? [[name, 'x']] : [])));
      const { dimensions } = describeQuery(row, declared(fields), metric.metric, []);
      const rows = offered.get(String(row.armType).toLowerCase());
      const known =
        rows?.find(({ names }) => names.includes(metric.metric))?.dimensions ?? dimensions.map(({ name }) => name);
      for (const { name } of dimensions) expect(known).toContain(name);
    }
  });

  it('name their source', () => {
    expect(metricsReference('Microsoft.Sql/servers/databases')).toBe(
      'https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/microsoft-sql-servers-databases-metrics',
    );
  });
});
