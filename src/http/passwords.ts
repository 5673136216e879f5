import { createHmac, randomBytes } from 'node:crypto';
import { compare } from 'bcrypt';
import { createLimiter } from '../core/limiter.ts';
import type { Secret } from '../core/secret.ts';

/** Users of the endpoint and the hashes of their passwords; asked at each request, so that they can change. */
export type Users = () => ReadonlyMap<string, Secret>;

/** Checks a password: true or false, or `busy` when too many wait already. */
export type PasswordCheck = (user: string, password: string) => Promise<boolean | 'busy'>;

/** A well-formed hash of nothing in particular: an unknown user costs as much time as a wrong password. */
const nobody = '$2b$10$QsDpgPgzV1jbBj6Mu56vJu8Ls9PlGxXgH5N82.CbQHsoA8mZ3yd8m';
const mostRemembered = 100;
const mostWaiting = 50;
const never = new AbortController().signal;

/**
 * bcrypt is slow on purpose: it runs on the thread pool, one comparison at a time so that compression keeps its
 * threads, and its verdicts are remembered under a keyed digest, since Prometheus sends the same password each time.
 */
export function createPasswordCheck(users: Users): PasswordCheck {
  const key = randomBytes(32);
  const verdicts = new Map<string, boolean>();
  const limiter = createLimiter(1);
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
      const equal = (await limiter.run(() => compare(password, hash ?? nobody), never)) === true;
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
