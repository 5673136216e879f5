import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { ExporterCore } from '../../compose/core.ts';
import type { Declaration } from '../../core/declaration.ts';
import type { Landscape } from '../../core/discovery.ts';
import type { Outcome } from '../../core/outcome.ts';
import { createAskAgent } from '../../discovery/agent/ask.ts';
import { createAgentSource } from '../../discovery/agent/client.ts';
import { type ExplainedGroup, explainGroup, explainListed } from '../../discovery/explain.ts';
import { type Inventory, takeInventory } from '../../discovery/inventory.ts';
import { realClock } from '../../telemetry/clock.ts';
import type { Command, CommandInput } from '../command.ts';
import { accept, load, loggerFor, type Runnable } from '../configuration.ts';
import { groupsAsJson, groupsAsText } from '../discovered.ts';
import { formatFlag, isSet, oneOf, text, UsageError } from '../options.ts';
import { printingCore } from '../printing-core.ts';
import { writtenDeclaration } from '../written-declaration.ts';

/** Some or all of what was asked for could not be found out. */
const failed = 5;

export const discoverCommand: Command = {
  name: 'discover',
  summary: 'show what resource discovery groups find and why, or write a declaration for what exists',
  flags: {
    group: { type: 'string', value: 'NAME', help: 'only this group' },
    ...formatFlag,
    write: { type: 'string', value: 'FILE', help: 'write a declaration with recommended metrics of all that exists' },
    force: { type: 'boolean', help: 'let --write replace an existing file' },
  },
  async run(input) {
    const { given } = input;
    const file = text(given, 'write');
    const format = oneOf(given, 'format', ['text', 'json']) ?? 'text';
    if (file !== undefined && text(given, 'group') !== undefined)
      throw new UsageError('--write is for all that exists; leave out --group');
    if (file !== undefined && existsSync(file) && !isSet(given, 'force')) throw new UsageError(alreadyThere(file));
    const loaded = load(input);
    const logger = loggerFor(input, loaded.runtime);
    const runnable = accept(loaded, logger);
    if (typeof runnable === 'number') return runnable;
    const names = file === undefined ? groupNames(runnable.declaration, text(given, 'group')) : [];
    const core = printingCore({ ...runnable, logger, version: input.version });
    try {
      return file === undefined
        ? await show(input, { ...runnable, core, names }, format)
        : await write(input, { ...runnable, core }, file);
    } finally {
      await core.close();
    }
  },
};

interface Around extends Runnable {
  readonly core: ExporterCore;
}

/** Groups that files define, and those that only an agent can know. */
function groupNames(declaration: Declaration, only: string | undefined): string[] {
  const defined = (declaration.discovery?.groups ?? []).map(({ name }) => name);
  const named = declaration.metrics.flatMap((metric) => metric.resourceDiscoveryGroups);
  const all = [...new Map([...named, ...defined].map((name) => [name.toLowerCase(), name])).values()];
  if (all.length === 0)
    throw new UsageError('the configuration has no resource discovery group; --write FILE makes some of what exists');
  if (only === undefined) return all;
  const found = all.find((name) => name.toLowerCase() === only.toLowerCase());
  if (found === undefined)
    throw new UsageError(`there is no resource discovery group ${only}; there are ${all.join(', ')}`);
  return [found];
}

async function show(
  { io }: CommandInput,
  around: Around & { readonly names: readonly string[] },
  format: 'text' | 'json',
): Promise<number> {
  const { signal } = new AbortController();
  const outcomes = await Promise.all(around.names.map((name) => explain(name, around, signal)));
  const groups = outcomes.flatMap((outcome) => (outcome.kind === 'ok' ? [outcome.value] : []));
  await io.out(format === 'json' ? groupsAsJson(groups) : groupsAsText(groups));
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.kind === 'ok') continue;
    io.err(`azimuth discover: group ${around.names[index]}: ${outcome.error.code}: ${outcome.error.message}\n`);
  }
  return groups.length < outcomes.length ? failed : 0;
}

async function explain(name: string, around: Around, signal: AbortSignal): Promise<Outcome<ExplainedGroup>> {
  const { declaration, runtime, core } = around;
  const group = declaration.discovery?.groups.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (group !== undefined)
    return explainGroup(group, declaration.discovery?.landscapes ?? [], core.azure.graph, signal);
  const { agent } = runtime.resourceDiscovery;
  if (agent === undefined) throw new Error(`group ${name} is neither defined nor asked of an agent`);
  const source = createAgentSource({
    address: `http://${agent.host}:${agent.port}`,
    tenantId: declaration.tenantId,
    ask: createAskAgent(agent.host, agent.port, realClock),
  });
  const listed = await source.list(name, signal);
  return listed.kind === 'ok' ? { kind: 'ok', value: explainListed(name, listed.value) } : listed;
}

async function write({ io, given }: CommandInput, around: Around, file: string): Promise<number> {
  const { metadata, landscapes } = scopeOf(around);
  const inventory = await takeInventory(landscapes, around.core.azure.graph, new AbortController().signal);
  if (inventory.kind !== 'ok') {
    io.err(`azimuth discover: ${inventory.error.code}: ${inventory.error.message}\n`);
    return failed;
  }
  if (inventory.value.types.length === 0) {
    io.err(`azimuth discover: there is nothing for which metrics are recommended; ${file} is not written.\n`);
    return failed;
  }
  try {
    writeFileSync(file, writtenDeclaration({ metadata, landscapes }, inventory.value), {
      flag: isSet(given, 'force') ? 'w' : 'wx',
    });
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
  await io.out(summary(file, inventory.value));
  return 0;
}

/** Where to look, and what the new file says of Azure, both as the declaration in force has it. */
function scopeOf({ runtime, declaration }: Around) {
  const root: unknown = parse(readFileSync(runtime.metricsDeclarationPath, 'utf8'), { schema: 'failsafe' });
  const metadata = membersOf(membersOf(root)['azureMetadata']);
  const { subscriptionId } = metadata;
  const subscriptions = typeof subscriptionId === 'string' ? [subscriptionId] : [];
  const home: Landscape = { tenantId: declaration.tenantId, subscriptions };
  return { metadata, landscapes: declaration.discovery?.landscapes ?? [home] };
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function summary(file: string, { types, others }: Inventory): string {
  const metrics = types.reduce((sum, { type }) => sum + type.metrics.length, 0);
  const resources = types.reduce((sum, { count }) => sum + count, 0);
  const rest = [...others].map(([type, count]) => `${type} (${count})`);
  return [
    `${file}: ${metrics} metrics of ${types.length} resource types, of which ${resources} resources exist.`,
    ...(rest.length === 0 ? [] : [`Nothing is recommended for ${rest.sort().join(', ')}.`]),
    '',
  ].join('\n');
}

function alreadyThere(file: string): string {
  return `${file} exists; name another file, or say --force to replace it`;
}
