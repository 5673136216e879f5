import type { ErrorRow } from '../errors.ts';

/** Problems of configuration files (AZ1xxx), reported by `azimuth validate` and at start. */
export const configErrors = {} as const satisfies Record<`AZ1${number}`, ErrorRow>;
