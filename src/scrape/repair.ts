import type { ErrorCode } from '../core/errors.ts';
import { shortId } from '../core/hash.ts';
import type { CodedError, Outcome } from '../core/outcome.ts';
import { type Answers, askOnce, namesOf, type Part, type PartAnswer, partKey, type Query, resourcesOf } from './ask.ts';
import { suspectsOf } from './suspects.ts';

/** Calls that one group may spend in one run on finding culprits. */
const repairCalls = 512;

/**
 * When every half fails, so many parts are asked alone; if each of them fails, all are taken for culprits. A name that
 * does not exist fails for every resource, and to hear it from each would cost a call for each.
 */
const sampleSize = 4;

/** Refusals that some part of a call is guilty of. */
const refusals: ReadonlySet<ErrorCode> = new Set(['AZ3400', 'AZ3404', 'AZ3413']);

/**
 * Failures that are usually the weather: the call is halved, in case one part brings them about, and when every half
 * fails it is taken for the weather.
 */
const weather: ReadonlySet<ErrorCode> = new Set(['AZ3001', 'AZ3002', 'AZ3004', 'AZ3500']);

/** True for failures that pass by themselves. */
export function isWeather(error: CodedError): boolean {
  return weather.has(error.code);
}

/** What the groups of one run tell each other. */
export interface RunWeather {
  /** Set once a call and all its halves failed: from then on no group of the run is halved for the weather. */
  bad: boolean;
}

type Axis = 'name' | 'resource';

interface Search {
  readonly query: Query;
  readonly run: RunWeather;
  readonly answers: Map<string, PartAnswer>;
  calls: number;
}

/**
 * Asks for the parts in one call. When Azure refuses it and some part may be to blame, those that the error names are
 * asked apart, and otherwise halves, until the culprits are alone: everything else is delivered in the same run.
 */
export async function askAndRepair(query: Query, parts: readonly Part[], run: RunWeather): Promise<Answers> {
  const outcome = await askOnce(query, parts);
  if (outcome.kind === 'ok') return outcome.value;
  const search: Search = { query, run, answers: new Map(), calls: 0 };
  if (query.repairs) await repair(search, parts, outcome.error);
  else fail(search, parts, outcome.error, false);
  if (search.calls > 0) query.observe({ kind: 'repaired', calls: search.calls });
  return shareCauses(parts, search.answers);
}

async function repair(search: Search, parts: readonly Part[], error: CodedError): Promise<void> {
  if (!divisible(search, error) || search.query.signal.aborted || search.calls >= repairCalls) {
    fail(search, parts, error, false);
    return;
  }
  const whole = error.code === 'AZ3404' && sizeOn(parts, 'resource') === 1;
  if (parts.length === 1 || whole) {
    fail(search, parts, error, search.calls > 0);
    return;
  }
  const suspects = suspectsOf(error, parts);
  if (suspects !== undefined) await divide(search, suspects);
  else await bisect(search, parts, error);
}

/** Asks pieces; those that fail are repaired in turn. */
async function divide(search: Search, split: readonly (readonly Part[])[]): Promise<void> {
  await follow(search, await askAll(search, split));
}

/** Parts of a call that failed, and what came of asking them by themselves. */
interface Piece {
  readonly parts: readonly Part[];
  readonly outcome: Outcome<Answers>;
}

async function follow(search: Search, pieces: readonly Piece[]): Promise<void> {
  for (const { parts, outcome } of pieces) {
    if (outcome.kind === 'ok') for (const [key, answer] of outcome.value) search.answers.set(key, answer);
    else await repair(search, parts, outcome.error);
  }
}

/**
 * Halves along the likelier axis. When both halves fail, the culprits lie across it, and the other axis is tried;
 * when all four fail there are several, and each quarter is repaired by itself, unless all seem to be culprits.
 */
async function bisect(search: Search, parts: readonly Part[], error: CodedError): Promise<void> {
  const axes = axesFor(error).filter((axis) => sizeOn(parts, axis) > 1);
  let pieces: Piece[] = [];
  for (const axis of axes) {
    pieces = await askAll(search, halve(parts, axis));
    // A throttle or an outage in the middle of the search tells nothing of culprits.
    if (pieces.some(({ outcome }) => outcome.kind === 'ok' || !divisible(search, outcome.error))) {
      await follow(search, pieces);
      return;
    }
  }
  const [first, second] = axes;
  if (isWeather(error)) {
    search.run.bad = true;
    fail(search, parts, error, false);
  } else if (first === undefined || (await allSeemGuilty(search, parts))) fail(search, parts, error, true);
  else if (second === undefined) await follow(search, pieces);
  else {
    await divide(
      search,
      halve(parts, first).flatMap((half) => halve(half, second)),
    );
  }
}

/** Asks for some parts alone, of resources and names far apart. */
async function allSeemGuilty(search: Search, parts: readonly Part[]): Promise<boolean> {
  if (parts.length < 2 * sampleSize) return false;
  const spread = (keys: readonly string[], index: number): string | undefined =>
    keys[Math.floor(((index + 0.5) * keys.length) / sampleSize)];
  const [names, resources] = [[...namesOf(parts).keys()], [...resourcesOf(parts).keys()]];
  const sample = Array.from({ length: sampleSize }, (_, index) =>
    parts.filter(
      (part) => keyOn(part, 'name') === spread(names, index) && keyOn(part, 'resource') === spread(resources, index),
    ),
  ).filter((own) => own.length > 0);
  const pieces = await askAll(search, sample);
  return pieces.every(({ outcome }) => outcome.kind !== 'ok' && refusals.has(outcome.error.code));
}

function askAll(search: Search, split: readonly (readonly Part[])[]): Promise<Piece[]> {
  search.calls += split.length;
  return Promise.all(split.map(async (parts) => ({ parts, outcome: await askOnce(search.query, parts) })));
}

function divisible({ run }: Search, error: CodedError): boolean {
  return refusals.has(error.code) || (isWeather(error) && !run.bad);
}

function fail(search: Search, parts: readonly Part[], error: CodedError, isolated: boolean): void {
  // Which of several resources is gone is not known then, and the series of the others must not leave.
  const vague = error.code === 'AZ3404' && sizeOn(parts, 'resource') > 1;
  const told: CodedError = vague ? { ...error, code: 'AZ3400' } : error;
  for (const part of parts) {
    const cause = isolated ? { cause: partKey(part) } : {};
    search.answers.set(partKey(part), { kind: 'failed', error: told, ...cause });
  }
}

/**
 * Culprits with one cause get one name for it, so that they are asked again in one call: a metric name that failed
 * for every resource, a resource that failed with every name. Resources that are asked one by one in the run that
 * learns their regions may share a batch call by the time they are asked again, so a name is a cause there too.
 */
function shareCauses(parts: readonly Part[], answers: ReadonlyMap<string, PartAnswer>): Answers {
  const shared = new Map(answers);
  const culpritsOf = (own: readonly Part[]) =>
    own.flatMap((part) => {
      const answer = shared.get(partKey(part));
      return answer?.kind === 'failed' && answer.cause !== undefined ? [{ part, answer }] : [];
    });
  const namesOnly = sizeOn(parts, 'resource') === 1 && culpritsOf(parts).length < parts.length;
  for (const axis of namesOnly ? (['name'] as const) : (['resource', 'name'] as const)) {
    for (const [key, own] of Map.groupBy(parts, (part) => keyOn(part, axis))) {
      const culprits = culpritsOf(own);
      if (culprits.length < own.length || (own.length < 2 && !namesOnly)) continue;
      for (const { part, answer } of culprits) {
        shared.set(partKey(part), { ...answer, cause: shortId(`${axis} ${key} ${answer.error.code}`) });
      }
    }
  }
  return shared;
}

/** A wrong request is mostly that of a name, anything else that of a resource. */
function axesFor(error: CodedError): readonly Axis[] {
  return error.code === 'AZ3400' || isWeather(error) ? ['name', 'resource'] : ['resource', 'name'];
}

function sizeOn(parts: readonly Part[], axis: Axis): number {
  return axis === 'name' ? namesOf(parts).size : resourcesOf(parts).size;
}

function keyOn(part: Part, axis: Axis): string {
  return axis === 'name' ? part.metricName.toLowerCase() : part.item.resource.key;
}

function halve(parts: readonly Part[], axis: Axis): Part[][] {
  const keys = [...new Set(parts.map((part) => keyOn(part, axis)))];
  const first = new Set(keys.slice(0, Math.ceil(keys.length / 2)));
  const halves = [
    parts.filter((part) => first.has(keyOn(part, axis))),
    parts.filter((part) => !first.has(keyOn(part, axis))),
  ];
  return halves.filter((half) => half.length > 0);
}
