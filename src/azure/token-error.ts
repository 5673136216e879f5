import type { CodedError } from '../core/outcome.ts';

/** Thrown inside the SDK's pipeline when no token can be had; carries what the call reports. */
export class TokenError extends Error {
  readonly coded: CodedError;

  constructor(coded: CodedError) {
    super(coded.message);
    this.name = 'TokenError';
    this.coded = coded;
  }
}
