/** An answer before faults are applied to it. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A refusal: status, Azure's code and Azure's words. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Additional members of the error body. */
  readonly more?: Readonly<Record<string, unknown>>;
}

const jsonType = 'application/json; charset=utf-8';

/** A JSON answer from text that is already JSON. */
export function jsonText(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'content-type': jsonType, ...headers }, body };
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return jsonText(status, JSON.stringify(body), headers);
}

/** `{"error":{code,message}}`: what ARM's front end, the data plane and the log API answer. */
export function wrapped({ status, code, message, headers, more }: Refusal): Reply {
  return json(status, { error: { code, message, ...more } }, headers);
}

/** `{code,message}`: what the metrics provider answers for mistakes in a query. */
export function unwrapped({ status, code, message, headers, more }: Refusal): Reply {
  return json(status, { code, message, ...more }, headers);
}

export function badRequest(message: string): Refusal {
  return { status: 400, code: 'BadRequest', message };
}

export function isRefusal<T extends object>(value: T | Refusal): value is Refusal {
  return 'status' in value && 'code' in value && 'message' in value;
}
