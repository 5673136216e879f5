import { azureErrors } from './errors/azure.ts';
import { configErrors } from './errors/config.ts';
import { runtimeErrors } from './errors/runtime.ts';
import { sinkErrors } from './errors/sinks.ts';

/**
 * Every error that Azimuth can report, with a stable code. `docs/errors.md` is checked against this table.
 * AZ1xxx: configuration. AZ2xxx: start-up and operation. AZ3xxx: calls to Azure.
 * AZ4xxx: sinks.
 */
export const errorCatalogue = { ...configErrors, ...runtimeErrors, ...azureErrors, ...sinkErrors } as const;

/** A code of the catalogue, such as `AZ3404`. */
export type ErrorCode = keyof typeof errorCatalogue;

/** One row of the catalogue. */
export interface ErrorRow {
  /** What happened, as a title. */
  readonly title: string;
  /** What the reader does about it. */
  readonly remedy: string;
}
