import { createHmac, randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Secret } from '../core/secret.ts';
import type { Comparison, Verdict } from './password-worker.ts';

/** Users of the endpoint and the hashes of their passwords; asked at each request, so that they can change. */
export type Users = () => ReadonlyMap<string, Secret>;

/** Checks a password: true or false, or `busy` when too many wait already. */
export type PasswordCheck = (user: string, password: string) => Promise<boolean | 'busy'>;

/** A well-formed hash of nothing in particular: an unknown user costs as much time as a wrong password. */
const nobody = '$2b$10$QsDpgPgzV1jbBj6Mu56vJu8Ls9PlGxXgH5N82.CbQHsoA8mZ3yd8m';
const mostRemembered = 100;
const mostWaiting = 50;

/**
 * bcrypt is slow on purpose, so it computes on a thread of its own, which starts with the first password. Verdicts are
 * remembered under a keyed digest, since Prometheus sends the same password each time.
 */
export function createPasswordCheck(users: Users): PasswordCheck {
  const key = randomBytes(32);
  const verdicts = new Map<string, boolean>();
  const compare = createComparer();
  let waiting = 0;
  return async (user, password) => {
    const hash = users().get(user)?.reveal();
    const digest = createHmac('sha256', key)
      .update(JSON.stringify([user, hash, password]))
      .digest('base64');
    const known = verdicts.get(digest);
    if (known !== undefined) return known;
    if (waiting >= mostWaiting) return 'busy';
    waiting += 1;
    try {
      const equal = await compare(password, hash ?? nobody);
      const verdict = equal && hash !== undefined;
      const [oldest] = verdicts.keys();
      if (verdicts.size >= mostRemembered && oldest !== undefined) verdicts.delete(oldest);
      verdicts.set(digest, verdict);
      return verdict;
    } finally {
      waiting -= 1;
    }
  };
}

/** Compares on the thread, one after another; a thread that dies fails what waits, and the next call starts another. */
function createComparer(): (password: string, hash: string) => Promise<boolean> {
  const waiting = new Map<number, PromiseWithResolvers<boolean>>();
  let worker: Worker | undefined;
  let count = 0;
  const start = (): Worker => {
    // The same file is TypeScript in a checkout and JavaScript when built.
    const started = new Worker(new URL(`./password-worker${import.meta.url.slice(-3)}`, import.meta.url));
    started.unref();
    started.on('message', ({ id, equal }: Verdict) => waiting.get(id)?.resolve(equal));
    started.on('error', (error) => {
      worker = undefined;
      for (const { reject } of waiting.values()) reject(error);
    });
    return started;
  };
  return async (password, hash) => {
    count += 1;
    const id = count;
    const settled = Promise.withResolvers<boolean>();
    waiting.set(id, settled);
    worker ??= start();
    worker.postMessage({ id, password, hash } satisfies Comparison);
    return settled.promise.finally(() => waiting.delete(id));
  };
}
