import { describe, expect, it } from 'vitest';
import { ok } from '../../src/core/outcome.ts';
import { createGrainBook, type GrainBook, type GrainRequest } from '../../src/scrape/grains.ts';
import type { MetricOffer } from '../../src/scrape/ports.ts';

const minute = 60_000;
const live = new AbortController().signal;

function offer(name: string, ...minutes: number[]): MetricOffer {
  return { name, aggregations: [], dimensions: [], intervalsMs: minutes.map((each) => each * minute) };
}

function request(changes: Partial<GrainRequest> = {}): GrainRequest {
  const common = { armType: 'microsoft.web/sites', resourceId: 'web', metricNames: ['Health'] };
  return { ...common, intervalMs: minute, nowMs: 0, ...changes };
}

/** A grain book over definitions by resource; records the reads, and fails those of resources that it does not know. */
function book(offersOf: Readonly<Record<string, MetricOffer[]>>): { grains: GrainBook; reads: string[] } {
  const reads: string[] = [];
  const grains = createGrainBook({
    definitions(resourceId) {
      reads.push(resourceId);
      const offers = offersOf[resourceId];
      const error = { code: 'AZ3500' as const, message: 'Azure is down' };
      return Promise.resolve(offers === undefined ? { kind: 'retry' as const, error } : ok(offers));
    },
  });
  return { grains, reads };
}

describe('a grain book', () => {
  it('reads once for all resources of a type that are refused at the same time', async () => {
    const { grains, reads } = book({ web: [offer('health', 5, 60)] });
    const found = await Promise.all(
      ['web', 'shop', 'blog'].map((resourceId) => grains.replacement(request({ resourceId }), live)),
    );
    expect(found.map((each) => each?.intervalMs)).toEqual([5 * minute, 5 * minute, 5 * minute]);
    expect(found.filter((each) => each?.isNew)).toHaveLength(1);
    expect(reads).toEqual(['web']);
    expect(grains.known('microsoft.web/sites', ['Health'], minute)).toBe(5 * minute);
  });

  it('keeps ARM types apart that share a metric name', async () => {
    const { grains } = book({ web: [offer('health', 5)], cache: [offer('health', 60)] });
    await grains.replacement(request(), live);
    const other = { armType: 'microsoft.cache/redis', resourceId: 'cache' };
    expect(grains.known(other.armType, ['Health'], minute)).toBe(minute);
    expect(await grains.replacement(request(other), live)).toMatchObject({ intervalMs: 60 * minute });
  });

  it('reads again after a failed read, and after an hour', async () => {
    const offers: Record<string, MetricOffer[]> = {};
    const { grains, reads } = book(offers);
    expect(await grains.replacement(request(), live)).toBeUndefined();
    offers['web'] = [offer('health', 5)];
    expect(await grains.replacement(request(), live)).toMatchObject({ intervalMs: 5 * minute });
    await grains.replacement(request({ nowMs: 59 * minute }), live);
    expect(reads).toHaveLength(2);
    await grains.replacement(request({ nowMs: 60 * minute }), live);
    expect(reads).toHaveLength(3);
  });

  it('looks at the resource itself when its type lacks the name', async () => {
    const { grains, reads } = book({ web: [offer('health', 5)], shop: [offer('custom', 15)] });
    await grains.replacement(request(), live);
    const custom = request({ resourceId: 'shop', metricNames: ['Custom'] });
    expect(await grains.replacement(custom, live)).toMatchObject({ intervalMs: 15 * minute });
    expect(reads).toEqual(['web', 'shop']);
  });

  it('finds the grain of the other names when one does not exist', async () => {
    const { grains } = book({ web: [offer('health', 5)] });
    const both = request({ metricNames: ['Health', 'Helth'] });
    expect(await grains.replacement(both, live)).toMatchObject({ intervalMs: 5 * minute });
    expect(await grains.replacement(request({ metricNames: ['Helth'] }), live)).toBeUndefined();
  });

  it('leaves a grain alone that is offered', async () => {
    const { grains } = book({ web: [offer('health', 1, 5)] });
    expect(await grains.replacement(request(), live)).toBeUndefined();
  });
});
