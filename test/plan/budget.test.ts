import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Schedule } from '../../src/core/schedule.ts';
import { applyBudget, type BudgetOutcome, stretchedRate, stretchPlan } from '../../src/plan/budget.ts';
import type { ScrapePlan } from '../../src/plan/types.ts';
import { anyOrder, anyPlan, aPlan, evenRate, every, groupsOf } from './support/a-plan.ts';

/** `schedule: stride` of every stretched schedule. */
function stridesOf({ stretches }: BudgetOutcome): Record<string, number> {
  return Object.fromEntries(stretches.map(({ schedule, stride }) => [schedule.text, stride]));
}

function budgeted(callsPerHour: number, ...groups: readonly (readonly [minutes: number, calls: number])[]) {
  const plan = aPlan(groups.flatMap(([minutes, calls]) => groupsOf(calls, { schedule: every(minutes) })));
  return applyBudget(plan, { callsPerHour }, evenRate);
}

describe('a plan within its budget', () => {
  it('is left alone, up to the last call', () => {
    expect(budgeted(120, [5, 10])).toEqual({
      allowedPerHour: 120,
      declaredPerHour: 120,
      plannedPerHour: 120,
      stretches: [],
      sentences: [],
    });
  });

  it('is left alone when a schedule that hardly ever runs comes on top', () => {
    const plan = aPlan([...groupsOf(10), ...groupsOf(5, { schedule: every(60) })]);
    const rate = (schedule: Schedule): number => (schedule.cron === every(5).cron ? 12 : 0);
    expect(applyBudget(plan, { callsPerHour: 120 }, rate).stretches).toEqual([]);
    expect(stridesOf(applyBudget(plan, { callsPerHour: 60 }, rate))).toEqual({ '*/5 * * * *': 2, '*/60 * * * *': 2 });
  });

  it('is left alone when only rounding lifts it above', () => {
    // 168 calls at 23 runs a week are 23 an hour; as a product of fractions they are a little more.
    const outcome = applyBudget(aPlan(groupsOf(168)), { callsPerHour: 23 }, () => 23 / 168);
    expect(outcome).toMatchObject({ stretches: [], declaredPerHour: 23 });
  });

  it('is the very same plan after stretching', () => {
    const plan = aPlan(groupsOf(2));
    expect(stretchPlan(plan, [])).toBe(plan);
  });
});

describe('a plan above its budget', () => {
  it('has its slowest schedule stretched, as little as will do', () => {
    // 60 calls every minute are 3,600; 240 every hour are 240.
    expect(stridesOf(budgeted(3_840, [1, 60], [60, 240]))).toEqual({});
    expect(stridesOf(budgeted(3_720, [1, 60], [60, 240]))).toEqual({ '*/60 * * * *': 2 });
    expect(stridesOf(budgeted(3_719, [1, 60], [60, 240]))).toEqual({ '*/60 * * * *': 3 });
  });

  it('has the next faster schedules stretched once ten times is not enough for the slowest', () => {
    expect(stridesOf(budgeted(3_624, [1, 60], [60, 240]))).toEqual({ '*/60 * * * *': 10 });
    expect(stridesOf(budgeted(3_623, [1, 60], [60, 240]))).toEqual({ '*/1 * * * *': 2, '*/60 * * * *': 2 });
  });

  it('leaves the fastest alone as long as the others can give way', () => {
    expect(stridesOf(budgeted(2_000, [1, 20], [5, 100], [60, 1_000]))).toEqual({
      '*/5 * * * *': 3,
      '*/60 * * * *': 3,
    });
  });

  it('treats schedules alike that run equally often', () => {
    const other = { ...every(5), text: '2-59/5 * * * *', cron: '0 2-59/5 * * * *' };
    const plan = aPlan([...groupsOf(10, { schedule: every(5) }), ...groupsOf(10, { schedule: other })]);
    expect(stridesOf(applyBudget(plan, { callsPerHour: 121 }, evenRate))).toEqual({
      '*/5 * * * *': 2,
      '2-59/5 * * * *': 2,
    });
  });

  it('says how much too many, what gives way, and what to do', () => {
    const { sentences, refusal } = budgeted(2_000, [1, 20], [60, 1_500]);
    const remedy =
      'Raise the budget, declare longer schedules, or let resources share calls (azureMonitor.integration.queryMode).';
    const excess =
      'The declared schedules make 2,700 calls an hour, more than the 2,000 that callBudget.callsPerHour allows';
    expect(sentences).toEqual([
      `${excess}; the slowest are stretched, which leaves 1,950 calls. ${remedy}`,
      'Schedule */60 * * * * runs only every 2nd time.',
    ]);
    expect(refusal).toBe(`${excess}, and strict mode stretches none. ${remedy}`);
  });

  it.each([
    [3, '3rd'],
    [4, '4th'],
    [11, '11th'],
    [12, '12th'],
    [21, '21st'],
    [112, '112th'],
  ])('writes %d as %s', (stride, text) => {
    expect(budgeted(12, [5, stride]).sentences.at(-1)).toBe(`Schedule */5 * * * * runs only every ${text} time.`);
  });
});

describe('a stretched plan', () => {
  const plan = aPlan([...groupsOf(20, { schedule: every(5) }), ...groupsOf(1, { schedule: every(1), id: 'fast' })]);
  const { stretches } = applyBudget(plan, { callsPerHour: 110 }, evenRate);
  const stretched = stretchPlan(plan, stretches);
  const slow = stretched.groups.find(({ schedule }) => schedule.cron === every(5).cron);
  const fast = stretched.groups.find(({ schedule }) => schedule.cron === every(1).cron);

  it('has longer periods, so that deadlines and jitter grow along', () => {
    expect(stretches.map(({ stride }) => stride)).toEqual([5]);
    expect(slow?.schedule.periodMs).toBe(25 * 60_000);
    expect(stretched.schedules.map(({ periodMs }) => periodMs)).toEqual([25 * 60_000, 60_000]);
  });

  it('keeps series until three of the longer periods are over', () => {
    expect(slow?.items.map(({ freshness }) => freshness.staleAfterMs)).toEqual([75 * 60_000]);
    expect(fast?.items.map(({ freshness }) => freshness.staleAfterMs)).toEqual([15 * 60_000]);
  });

  it('does not shorten what was declared longer', () => {
    const group = plan.groups[0];
    if (group === undefined) throw new Error('the plan has no group');
    const [item] = group.items;
    if (item === undefined) throw new Error('the group has no item');
    const patient = { ...item, freshness: { ...item.freshness, staleAfterMs: 86_400_000 } };
    const kept = stretchPlan(aPlan([{ ...group, items: [patient] }]), stretches);
    expect(kept.groups[0]?.items[0]?.freshness.staleAfterMs).toBe(86_400_000);
  });

  it('keeps ids, schedules and all else', () => {
    expect(stretched.groups.map(({ id }) => id)).toEqual(plan.groups.map(({ id }) => id));
    expect(stretched.groups.map(({ schedule }) => schedule.cron)).toEqual(
      plan.groups.map(({ schedule }) => schedule.cron),
    );
    expect(fast).toBe(plan.groups.at(-1));
  });
});

describe('any plan and budget', () => {
  const anyBudget = fc.integer({ min: 1, max: 20_000 });
  const callsAt = (plan: ScrapePlan, outcome: BudgetOutcome): number => {
    const rate = stretchedRate(evenRate, outcome.stretches);
    return plan.groups.reduce((sum, { schedule }) => sum + rate(schedule), 0);
  };

  it('comes out within the budget', () => {
    fc.assert(
      fc.property(anyPlan, anyBudget, (plan, callsPerHour) => {
        const outcome = applyBudget(plan, { callsPerHour }, evenRate);
        expect(callsAt(plan, outcome)).toBeLessThanOrEqual(callsPerHour * (1 + 1e-6));
        expect(outcome.plannedPerHour).toBeCloseTo(callsAt(plan, outcome), 5);
      }),
    );
  });

  it('stretches no schedule more than a slower one, and none further than it must', () => {
    fc.assert(
      fc.property(anyPlan, anyBudget, (plan, callsPerHour) => {
        const outcome = applyBudget(plan, { callsPerHour }, evenRate);
        const strides = new Map(outcome.stretches.map(({ schedule, stride }) => [schedule.cron, stride]));
        const ordered = [...plan.schedules].sort((a, b) => a.periodMs - b.periodMs);
        let faster = 1;
        for (const schedule of ordered) {
          const stride = strides.get(schedule.cron) ?? 1;
          expect(stride).toBeGreaterThanOrEqual(faster);
          if (stride > faster) {
            const others = outcome.stretches.filter((one) => one.schedule.cron !== schedule.cron);
            const relaxed = { ...outcome, stretches: [...others, { schedule, stride: stride - 1 }] };
            expect(callsAt(plan, relaxed)).toBeGreaterThan(callsPerHour);
          }
          faster = stride;
        }
      }),
    );
  });

  it('comes out the same whatever the order', () => {
    const plans = anyPlan.chain((plan) => fc.tuple(fc.constant(plan), anyOrder(plan)));
    fc.assert(
      fc.property(plans, anyBudget, ([plan, shuffled], callsPerHour) => {
        expect(applyBudget(shuffled, { callsPerHour }, evenRate)).toEqual(
          applyBudget(plan, { callsPerHour }, evenRate),
        );
      }),
    );
  });
});
