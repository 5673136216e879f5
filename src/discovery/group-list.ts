import type { DiscoveredResource } from '../core/discovery.ts';
import type { CodedError } from '../core/outcome.ts';
import { compareLists, isLossCredible, withNewcomers } from './lists.ts';
import type { GroupState, ListEvent } from './ports.ts';

/** The list of one group. It stays in force until a better one is there. */
export interface GroupList {
  /** Undefined before the first answer. */
  resources(): readonly DiscoveredResource[] | undefined;
  state(): GroupState;
  /** Takes a whole answer, or keeps what it lacks for now when it lacks too much to be believed at once. */
  take(answer: readonly DiscoveredResource[], nowMs: number): void;
  fail(error: CodedError): void;
}

/** A list that was in force before, and when an answer last confirmed it. */
export interface KnownList {
  readonly resources: readonly DiscoveredResource[];
  readonly confirmedMs: number;
  /** It was found under another definition, so that the first answer is due at once and right in all that it lacks. */
  readonly outdated: boolean;
}

export function createGroupList(
  name: string,
  shrinkThreshold: number,
  observe: (event: ListEvent) => void,
  known?: KnownList,
): GroupList {
  let list: readonly DiscoveredResource[] | undefined = known?.resources;
  let confirmedMs: number | undefined = known?.confirmedMs;
  let outdated = known?.outdated === true;
  let problem: CodedError | undefined;
  let doubt: { readonly missing: ReadonlySet<string>; readonly size: number } | undefined;

  const put = (next: readonly DiscoveredResource[], added: number, removed: number): void => {
    list = next;
    observe({ kind: 'changed', group: name, size: next.length, added, removed });
  };
  const fail = (error: CodedError): void => {
    const isNew = problem === undefined || gist(problem) !== gist(error);
    problem = error;
    if (isNew) observe({ kind: 'problem', group: name, error });
  };

  return {
    resources: () => list,
    state: () => ({
      name,
      resources: list ?? [],
      ...(confirmedMs === undefined ? {} : { confirmedMs }),
      ...(problem === undefined ? {} : { problem: { code: problem.code, message: problem.message } }),
      ...(outdated ? { outdated } : {}),
      ...(doubt === undefined ? {} : { unconfirmedSize: doubt.size }),
    }),
    take: (answer, nowMs) => {
      const current = list ?? [];
      const change = compareLists(current, answer);
      const { added, missing } = change;
      if (!outdated && !isLossCredible(current.length, missing, shrinkThreshold, doubt?.missing)) {
        doubt = { missing, size: answer.length };
        if (added > 0) put(withNewcomers(current, change), added, 0);
        fail(doubtful(name, current.length, missing.size));
        return;
      }
      doubt = undefined;
      outdated = false;
      confirmedMs = nowMs;
      if (list === undefined || change.changed) put(change.list, added, missing.size);
      if (problem !== undefined) observe({ kind: 'healed', group: name, code: problem.code });
      problem = undefined;
    },
    fail,
  };
}

/** Numbers in a message change from refresh to refresh without the problem being another one. */
function gist({ code, message }: CodedError): string {
  return `${code} ${message.replace(/\d+/g, '#')}`;
}

function doubtful(group: string, size: number, missing: number): CodedError {
  const message = `Resource discovery group ${group} suddenly lacks ${missing} of ${size} resources; they stay until the next refresh confirms that they are gone (resourceDiscovery.shrinkThreshold).`;
  return { code: 'AZ2034', message };
}
