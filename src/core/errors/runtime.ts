import type { ErrorRow } from '../errors.ts';

/** Start-up and operation (AZ2xxx). */
export const runtimeErrors = {} as const satisfies Record<`AZ2${number}`, ErrorRow>;
