import { PassThrough } from 'node:stream';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { type CoreInput, composeCore, type ExporterCore } from '../../src/compose/core.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { CallRecord } from '../../src/emulator/control/calls.ts';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import type { World } from '../../src/emulator/world/model.ts';
import { parseWorld } from '../../src/emulator/world/parse.ts';
import type { ExpositionResponse } from '../../src/http/ports.ts';
import type { ScrapePlan } from '../../src/plan/types.ts';
import type { RunResult } from '../../src/scrape/scraper.ts';
import { realClock } from '../../src/telemetry/clock.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { type Line, parseLines } from './exposition-text.ts';
import { metadataFor } from './harness.ts';

export const tenant = '11111111-1111-1111-1111-111111111111';
export const subscription = '22222222-2222-2222-2222-222222222222';
export const group = 'contoso';
const client = '33333333-3333-3333-3333-333333333333';
const password = 'a secret of the test';

/** World time at which every proof begins: a fixed moment, so that values and golden texts never change. */
export const startMs = Date.UTC(2026, 0, 1, 12, 0, 20);

/** What every world needs; a proof adds resources, metrics and so on. Worlds are written as data: JSON is YAML. */
export function worldOf(parts: Readonly<Record<string, unknown>>): World {
  const file = {
    seed: 7,
    // The emulator counts on the clock of the machine, which the time of a proof leaves far behind or far ahead.
    limits: { arm: { burst: 10_000, perSecond: 1_000 } },
    tenants: [{ id: tenant }],
    subscriptions: [{ id: subscription, name: 'Contoso' }],
    resourceGroups: [{ name: group }],
    identities: [
      {
        name: 'azimuth',
        kind: 'servicePrincipal',
        clientId: client,
        secret: password,
        roles: [{ role: 'Monitoring Reader' }, { role: 'Log Analytics Reader' }],
      },
    ],
    ...parts,
  };
  const parsed = parseWorld(JSON.stringify(file));
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  return parsed.world;
}

/** Id of a resource of the default subscription and resource group, as the label `resource_uri` has it. */
export function resourceUri(path: string, subscriptionId = subscription, resourceGroup = group): string {
  return `subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/${path}`;
}

export interface ProofInput {
  readonly world: World;
  /** Members of the declaration below `azureMetadata`: `metricDefaults` and `metrics`. */
  readonly declaration: Readonly<Record<string, unknown>>;
  readonly runtime?: Readonly<Record<string, unknown>>;
  /** True leaves the exporter's own metrics out of the text. */
  readonly scrapedOnly?: boolean;
  /** An Azure that runs already, as a restarted exporter finds it; its time is left alone, and it is not closed. */
  readonly emulator?: Emulator;
  /** World seconds per second of the exporter's timers; 1 unless given. */
  readonly rate?: number;
}

/** The exporter of one configuration and an emulated Azure in one process, moved by hand through world time. */
export interface Proof {
  readonly emulator: Emulator;
  /** Lines of the log. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  now(): number;
  /** The plan of the next run. */
  plan(): ScrapePlan;
  /** Refreshes every resource discovery group once; world time races on meanwhile, because quotas need it. */
  discover(): Promise<void>;
  /** Moves world time on, forgets the calls so far and runs every schedule once. */
  run(afterMs?: number): Promise<RunResult>;
  /** Puts another configuration in force; resolves with the schedules that have something new to ask. */
  reconfigure(next: Pick<ProofInput, 'declaration' | 'runtime'>): Promise<readonly string[]>;
  /** Runs what the last change of the configuration left to ask. */
  runChanged(): Promise<void>;
  /** Looks up tags and properties of resources once more; `signal` ends it. */
  lookUpLabels(signal?: AbortSignal): Promise<void>;
  /** The whole scrape endpoint. */
  text(): Promise<string>;
  /** Samples of a family. */
  lines(name: string): Promise<readonly Line[]>;
  /** Values of a family by the value of one label. */
  values(name: string, label?: string): Promise<Readonly<Record<string, number>>>;
  /** Calls of an API since the last run began. */
  calls(api: CallRecord['api']): readonly CallRecord[];
  /** Lets the sinks deliver what they have. */
  stopSinks(graceMs: number): Promise<void>;
  close(): Promise<void>;
}

const defaults = { aggregation: { interval: '00:05:00' }, scraping: { schedule: '* * * * *' } };

export async function prove(input: ProofInput): Promise<Proof> {
  const emulator = input.emulator ?? (await startEmulator({ world: input.world, clock: realClock }));
  setDefaultCACertificates([...getCACertificates('default'), emulator.caPem]);
  if (input.emulator === undefined) emulator.control.setTime({ setMs: startMs, pause: true });
  const { rate = 1 } = input;
  const clock: Clock = { now: () => emulator.now(), after: (ms, callback) => realClock.after(ms / rate, callback) };
  const { core, log } = compose(input, emulator, clock);
  let due: readonly string[] = [];
  const text = (): Promise<string> => textOf(core);
  const lines = async (name: string): Promise<readonly Line[]> =>
    parseLines(await text()).filter((line) => line.name === name);
  return {
    emulator,
    log,
    now: () => emulator.now(),
    plan: () => core.planner.current(),
    async discover() {
      emulator.control.setTime({ rate: 60, pause: false });
      await core.discovery()?.lists.refresh(new AbortController().signal);
      emulator.control.setTime({ rate: 1, pause: true });
    },
    async run(afterMs = 0) {
      if (afterMs > 0) emulator.control.setTime({ setMs: emulator.now() + afterMs });
      core.expire();
      emulator.control.clearCalls();
      const results: RunResult[] = [];
      for (const { cron } of core.planner.current().schedules)
        results.push(await core.run(cron, 'start', new AbortController().signal));
      const sum = (pick: (result: RunResult) => number): number => results.reduce((all, one) => all + pick(one), 0);
      return { succeeded: sum(({ succeeded }) => succeeded), failed: sum(({ failed }) => failed) };
    },
    async reconfigure(next) {
      const { runtime, declaration } = configure(next, emulator);
      due = [...(await core.reconfigure({ runtime, declaration, invalidMetrics: [] }))];
      return due;
    },
    async runChanged() {
      emulator.control.clearCalls();
      for (const cron of due) await core.run(cron, 'changed', new AbortController().signal);
    },
    lookUpLabels: (signal = new AbortController().signal) => core.labels().refresh(signal),
    text,
    lines,
    async values(name, label = 'instance_name') {
      return Object.fromEntries((await lines(name)).map((line) => [line.labels[label] ?? '', line.value]));
    },
    calls: (api) => emulator.control.calls().calls.filter((call) => call.api === api),
    stopSinks: async (graceMs) => core.sinks?.stop(graceMs),
    async close() {
      await core.close();
      if (input.emulator === undefined) await emulator.close();
    },
  };
}

function compose(
  input: ProofInput,
  emulator: Emulator,
  clock: Clock,
): { core: ExporterCore; log: Record<string, unknown>[] } {
  const { log, ...configured } = configure(input, emulator);
  const core = composeCore({ ...configured, clock, scrapedOnly: input.scrapedOnly ?? false });
  return { core, log };
}

/** What the exporter needs of a configuration that points at the emulator, and the lines of its log. */
export function configure(
  input: Pick<ProofInput, 'declaration' | 'runtime'>,
  emulator: Emulator,
): Omit<CoreInput, 'clock'> & { readonly log: Record<string, unknown>[] } {
  const metadata = metadataFor(emulator, tenant, subscription, group);
  const declaration = `version: v1\n${metadata}\n${sections({ metricDefaults: defaults, ...input.declaration })}`;
  const files: Record<string, string> = {
    'conf/runtime.yaml': JSON.stringify({ authentication: { mode: 'ServicePrincipal' }, ...input.runtime }),
    'conf/metrics-declaration.yaml': declaration,
  };
  const loaded = loadConfiguration({
    folderFlag: 'conf',
    env: { AZIMUTH_AUTH_APPID: client, AZIMUTH_AUTH_APPKEY: password },
    fileSystem: {
      readFile: (path) => files[path],
      exists: (path) => path in files,
      isDirectory: (path) => !path.endsWith('.yaml'),
      list: () => [],
    },
  });
  const { runtime } = loaded;
  const errors = loaded.problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0 || runtime === undefined || loaded.declaration === undefined)
    throw new Error(`the configuration is wrong: ${JSON.stringify(errors, undefined, 2)}\n${declaration}`);
  const log: Record<string, unknown>[] = [];
  const destination = new PassThrough();
  destination.on('data', (line: Buffer) => log.push(JSON.parse(line.toString()) as Record<string, unknown>));
  const logger = createLogger({
    level: 'Information',
    container: { enabled: true },
    format: 'json',
    color: false,
    destination,
  });
  return {
    runtime,
    declaration: loaded.declaration,
    invalidMetrics: [],
    logger,
    random: () => 0.5,
    version: '0.0.0',
    cpus: 1,
    log,
  };
}

/** Top-level members as YAML, each on a line of its own in flow style. */
function sections(members: Readonly<Record<string, unknown>>): string {
  return Object.entries(members)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
    .join('');
}

async function textOf(core: ExporterCore): Promise<string> {
  const chunks: Buffer[] = [];
  const response: ExpositionResponse = {
    destroyed: false,
    headersSent: false,
    writableNeedDrain: false,
    setHeader: () => undefined,
    removeHeader: () => undefined,
    // Copied, because the memory may be used again once the chunk counts as written.
    write(chunk, written) {
      chunks.push(Buffer.from(chunk));
      written?.();
      return true;
    },
    end: () => undefined,
    destroy: () => undefined,
    on: () => undefined,
    off: () => undefined,
  };
  await core.exposition().serve({}, response);
  return Buffer.concat(chunks).toString();
}
