import type { Environment } from '../config/environment.ts';

/** The process as the commands see it, so that tests can be one. */
export interface Io {
  readonly env: Environment;
  /** Data. Resolves when it is handed to the system. */
  out(text: string): Promise<void>;
  /** Remarks for people. */
  err(text: string): void;
  /** Where log lines go. */
  readonly logDestination: NodeJS.WritableStream;
  /** Why the last log lines are lost; undefined while they are not. */
  logFailure(): string | undefined;
  /** True when standard error is a terminal. */
  readonly isTerminal: boolean;
  /** Resolves with the name of the first signal to stop, counted from the first call on. A second signal kills. */
  stopSignal(): Promise<string>;
  /** Calls back at each SIGHUP, which ends the process otherwise. The returned function stops that. */
  onHangUp(listener: () => void): () => void;
  /** Sets a variable of the process's environment, which the identity libraries read. */
  setEnv(name: string, value: string): void;
  unsetEnv(name: string): void;
}
