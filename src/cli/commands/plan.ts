import type { CoreInput } from '../../compose/core.ts';
import type { Declaration } from '../../core/declaration.ts';
import type { RuntimeConfig } from '../../core/runtime-config.ts';
import type { Schedule } from '../../core/schedule.ts';
import { applyBudget, type BudgetOutcome, stretchedRate, stretchPlan } from '../../plan/budget.ts';
import { type EstimateOptions, estimatePlan, type PlanEstimate } from '../../plan/estimate.ts';
import { configuredCapabilities, planScrape } from '../../plan/plan.ts';
import { printPlan } from '../../plan/print.ts';
import { batchLimitPerHour } from '../../plan/quota.ts';
import { runsPerHour } from '../../plan/rate.ts';
import type { Capabilities, Found, ScrapePlan } from '../../plan/types.ts';
import type { Command } from '../command.ts';
import { accept, load, loggerFor } from '../configuration.ts';
import { formatFlag, isSet, oneOf } from '../options.ts';
import { printingCore } from '../printing-core.ts';
import { printSinks, sinksOf } from '../sinks.ts';

export const planCommand: Command = {
  name: 'plan',
  summary: 'show the calls to Azure of each run, what they take of its limits, and what they cost',
  flags: {
    ...formatFlag,
    live: {
      type: 'boolean',
      help: 'discover and make one run first, to learn resources, regions, refusals and intervals from Azure',
    },
  },
  async run(input) {
    const format = oneOf(input.given, 'format', ['text', 'json']) ?? 'text';
    const loaded = load(input);
    const logger = loggerFor(input, loaded.runtime);
    const runnable = accept(loaded, logger);
    if (typeof runnable === 'number') return runnable;
    const { runtime, declaration } = runnable;
    const known = isSet(input.given, 'live')
      ? await learn({ ...runnable, logger, version: input.version })
      : { capabilities: configuredCapabilities(runtime.azureMonitor), notes: unknownGroups(declaration) };
    const estimate = estimateWith(runtime, declaration, known);
    const sinks = sinksOf(runtime);
    const json = (): string => `${JSON.stringify({ ...estimate, sinks }, null, 2)}\n`;
    await input.io.out(format === 'json' ? json() : printPlan(estimate) + printSinks(sinks));
    return 0;
  },
};

const unknownRegions =
  'Calls can be shared only by resources whose region is known. What is asked alone for want of it is so in the first run; later runs share calls. With metricsBatching.azureRegion, or with --live, the plan shows them.';

/** What a plan is made with beside the configuration. */
interface Known {
  readonly capabilities: Capabilities;
  readonly found?: Found;
  /** What the reader should know of it. */
  readonly notes: readonly string[];
}

function unknownGroups({ metrics }: Declaration): string[] {
  const names = [...new Set(metrics.flatMap((metric) => metric.resourceDiscoveryGroups))];
  if (names.length === 0) return [];
  const groups = `resource discovery group${names.length === 1 ? '' : 's'} ${names.join(', ')}`;
  return [`How many resources there are in ${groups} is not known without Azure; they are left out. See --live.`];
}

/** Discovery and one run of everything, as at a start; what they teach is what later runs plan with. */
async function learn(input: Pick<CoreInput, 'runtime' | 'declaration' | 'logger' | 'version'>): Promise<Known> {
  const core = printingCore(input);
  try {
    const { signal } = new AbortController();
    const lists = core.discovery()?.lists;
    await lists?.refresh(signal);
    await Promise.all(core.planner.current().schedules.map(({ cron }) => core.run(cron, 'start', signal)));
    const notes = (lists?.groups() ?? []).flatMap(({ name, problem }) =>
      problem === undefined ? [] : [`Resource discovery group ${name} is left out: ${problem.message}`],
    );
    return { capabilities: core.capabilities(), found: (name) => lists?.resources(name) ?? [], notes };
  } finally {
    await core.close();
  }
}

function estimateWith(
  { azureMonitor, callBudget }: RuntimeConfig,
  declaration: Declaration,
  known: Known,
): PlanEstimate {
  const { queryMode, rateLimit, pricing } = azureMonitor;
  const { plan, budget, rate } = paced(planScrape(declaration, known.capabilities, known.found), callBudget);
  const alone = plan.groups.some(({ mode }) => mode === 'single');
  return estimatePlan(plan, {
    runsPerHour: rate,
    rateLimit,
    batchLimitPerHour,
    pricing,
    ...(alone ? { inBatches: inBatches(declaration, known, callBudget) } : {}),
    ...(budget === undefined ? {} : { budget }),
    notes: [
      ...known.notes,
      ...(alone && (queryMode === 'batch' || queryMode === 'subscription') ? [unknownRegions] : []),
    ],
  });
}

interface PacedPlan {
  readonly plan: ScrapePlan;
  readonly budget?: BudgetOutcome;
  readonly rate: (schedule: Schedule) => number;
}

function paced(plan: ScrapePlan, callBudget: RuntimeConfig['callBudget']): PacedPlan {
  if (callBudget === undefined) return { plan, rate: runsPerHour };
  const budget = applyBudget(plan, callBudget, runsPerHour);
  const { stretches } = budget;
  return { plan: stretchPlan(plan, stretches), budget, rate: stretchedRate(runsPerHour, stretches) };
}

/** Where the resources are is not known without Azure; one region for all shows what there is to gain. */
function inBatches(
  declaration: Declaration,
  { capabilities, found }: Known,
  callBudget: RuntimeConfig['callBudget'],
): NonNullable<EstimateOptions['inBatches']> {
  const anywhere = { defaultRegion: 'anywhere', ...capabilities, queryMode: 'batch' } as const;
  const { plan, rate } = paced(planScrape(declaration, anywhere, found), callBudget);
  return { plan, runsPerHour: rate };
}
