/** What the HTTP room needs of the Prometheus sink. */
export interface Exposition {
  /**
   * Writes one answer of the scrape endpoint: headers, body, end. Sets no status (200 unless the caller did).
   * Resolves when everything has been handed over, or early when `signal` aborts or the client leaves.
   * Rejects when the own metrics cannot be read or on a defect: before the first byte with the response as it was,
   * for the caller to answer 500; later with the response destroyed, so that half an answer never looks whole.
   */
  serve(request: ExpositionRequest, response: ExpositionResponse, signal?: AbortSignal): Promise<void>;
  /**
   * Renders and compresses what has changed, so that the next scrape finds it ready. To be called after each run;
   * calls that come while one is under way share the next.
   */
  refresh(): Promise<void>;
}

/** Headers of the request, as sent. */
export interface ExpositionRequest {
  readonly accept?: string | undefined;
  readonly acceptEncoding?: string | undefined;
}

/** The part of `ServerResponse` that is used. */
export interface ExpositionResponse {
  readonly destroyed: boolean;
  readonly headersSent: boolean;
  readonly writableNeedDrain: boolean;
  setHeader(name: string, value: string | number): unknown;
  removeHeader(name: string): unknown;
  /** `written` is called when the chunk has been passed on and its memory may be used again. */
  write(chunk: Buffer, written?: () => void): boolean;
  end(): unknown;
  destroy(): unknown;
  on(event: 'drain' | 'close', listener: () => void): unknown;
  off(event: 'drain' | 'close', listener: () => void): unknown;
}
