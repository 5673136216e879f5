/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly body: string;
  /** Header by name in lower case. */
  readonly header: (name: string) => string | undefined;
}
