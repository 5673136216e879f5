import type { ExpositionResponse } from '../../../src/http/ports.ts';

/** Records an answer. It takes `room` writes, then asks to wait until `drain` is called. */
export class FakeResponse implements ExpositionResponse {
  readonly headers: Record<string, string | number> = {};
  readonly chunks: Buffer[] = [];
  readonly listeners: [string, () => void][] = [];
  destroyed = false;
  ended = false;
  /** A chunk was changed before it had been written. */
  torn = false;
  writableNeedDrain = false;
  room = Number.POSITIVE_INFINITY;
  onWrite: () => void = () => undefined;
  private readonly pending: (() => void)[] = [];

  get headersSent(): boolean {
    return this.chunks.length > 0;
  }

  setHeader(name: string, value: string | number): void {
    if (this.headersSent) throw new Error(`Header ${name} after the first byte.`);
    this.headers[name.toLowerCase()] = value;
  }

  removeHeader(name: string): void {
    delete this.headers[name.toLowerCase()];
  }

  write(chunk: Buffer, written?: () => void): boolean {
    if (this.ended) throw new Error('A write after the end.');
    const copy = Buffer.from(chunk);
    this.chunks.push(copy);
    this.room -= 1;
    this.writableNeedDrain = this.room <= 0;
    if (written) {
      this.pending.push(() => {
        if (!chunk.equals(copy)) this.torn = true;
        written();
      });
    }
    if (!this.writableNeedDrain) this.flush();
    this.onWrite();
    return !this.writableNeedDrain;
  }

  drain(room: number): void {
    this.room = room;
    this.writableNeedDrain = false;
    this.flush();
    this.emit('drain');
  }

  end(): void {
    this.ended = true;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }

  on(event: 'drain' | 'close', listener: () => void): void {
    this.listeners.push([event, listener]);
  }

  off(event: 'drain' | 'close', listener: () => void): void {
    const at = this.listeners.findIndex(([name, known]) => name === event && known === listener);
    if (at >= 0) this.listeners.splice(at, 1);
  }

  body(): Buffer {
    return Buffer.concat(this.chunks);
  }

  private emit(event: string): void {
    const due = this.listeners.filter(([name]) => name === event);
    for (const [, listener] of due) listener();
  }

  private flush(): void {
    for (const written of this.pending.splice(0)) written();
  }
}
