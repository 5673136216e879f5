import type { ErrorCode } from './errors.ts';

/** A failure as data: what is wrong in words for a reader, and a stable code that `docs/errors.md` explains. */
export interface CodedError {
  readonly code: ErrorCode;
  /** One sentence for the reader: what is wrong, where, what to do. Never holds a secret. */
  readonly message: string;
  /** HTTP status of the answer that caused it, when there was one. */
  readonly status?: number;
  /** What the error body of Azure's answer named, for whoever must tell causes apart. */
  readonly said?: AzureSaid;
  /** Azure's id of the request (`x-ms-request-id`), for a support case. */
  readonly requestId?: string;
  /** Milliseconds that the service asked to wait (`Retry-After`), when it did. */
  readonly retryAfterMs?: number;
}

/** The part of an error of Azure's that is made for programs. */
export interface AzureSaid {
  /** The API that was asked, as in the label `api`. */
  readonly api: string;
  /** Azure's own code: `AuthorizationFailed`. */
  readonly code: string;
  /** Action and scope that a 403 of the resource manager says are not allowed. */
  readonly action?: string;
  readonly scope?: string;
}

/**
 * What an attempt came to. `retry` means that the same request may succeed later; `failed` that it cannot
 * heal by being repeated (a wrong name, a missing role, a resource that is gone).
 */
export type Outcome<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'retry'; readonly error: CodedError }
  | { readonly kind: 'failed'; readonly error: CodedError };

export function ok<T>(value: T): Outcome<T> {
  return { kind: 'ok', value };
}
