import type { ErrorCode } from './errors.ts';

/** A failure as data: what is wrong in words for a reader, and a stable code that `docs/errors.md` explains. */
export interface CodedError {
  readonly code: ErrorCode;
  /** One sentence for the reader: what is wrong, where, what to do. Never holds a secret. */
  readonly message: string;
  /** HTTP status of the answer that caused it, when there was one. */
  readonly status?: number;
  /** Azure's id of the request (`x-ms-request-id`), for a support case. */
  readonly requestId?: string;
  /** Milliseconds that the service asked to wait (`Retry-After`), when it did. */
  readonly retryAfterMs?: number;
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
