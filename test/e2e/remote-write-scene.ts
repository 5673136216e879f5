import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from './harness.ts';

/** A Prometheus that takes remote write. */
export interface RealReceiver {
  readonly port: number;
  /** Raw samples by series: labels as JSON, then milliseconds and values. */
  samples(selector: string, atMs: number): Promise<ReadonlyMap<string, readonly (readonly [number, number])[]>>;
}

/** Starts a Prometheus of the machine; it ends with the test. */
export async function startReceiver(program: string, outOfOrderWindow?: string): Promise<RealReceiver> {
  const folder = mkdtempSync(join(tmpdir(), 'azimuth-receiver-'));
  const storage = outOfOrderWindow === undefined ? {} : { tsdb: { out_of_order_time_window: outOfOrderWindow } };
  const file = join(folder, 'prometheus.yml');
  writeFileSync(file, JSON.stringify({ storage }));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const args = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    '--storage.tsdb.retention.time=10y',
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-remote-write-receiver',
  ];
  const child = spawn(program, args, { stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  });
  const ready = (): Promise<number> =>
    fetch(`${base}/-/ready`).then(
      ({ status }) => status,
      () => 0,
    );
  await until(ready, (status) => status === 200);
  return {
    port,
    async samples(selector, atMs) {
      const query = encodeURIComponent(`${selector}[6h]`);
      const answer = await fetch(`${base}/api/v1/query?query=${query}&time=${atMs / 1000}`);
      const { data } = (await answer.json()) as {
        data: { result: { metric: Record<string, string>; values: [number, string][] }[] };
      };
      return new Map(
        data.result.map(({ metric, values }) => [
          JSON.stringify(metric),
          values.map(([seconds, value]) => [Math.round(seconds * 1000), Number(value)] as const),
        ]),
      );
    },
  };
}

/** What lies between an exporter and its receiver. */
export interface Wire {
  readonly url: string;
  /** False answers 503. */
  up: boolean;
  /** Requests that it still lets through before it answers 503. */
  left: number;
  /** Statuses that the receiver answered, and how often. */
  readonly answers: Map<number, number>;
  /** Cuts the wire for good, as the end of a process does. */
  cut(): Promise<void>;
}

/** A wire to the receiver's write route; it ends with the test. */
export async function wireTo(port: number): Promise<Wire> {
  const server = createServer((incoming, outgoing) => {
    if (!wire.up || wire.left === 0) {
      incoming.resume();
      outgoing.writeHead(503).end('away');
      return;
    }
    wire.left -= 1;
    const { method, headers } = incoming;
    const onward = request({ port, host: '127.0.0.1', path: '/api/v1/write', method, headers }, (answer) => {
      const { statusCode = 0 } = answer;
      wire.answers.set(statusCode, (wire.answers.get(statusCode) ?? 0) + 1);
      outgoing.writeHead(statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let closed: Promise<void> | undefined;
  const wire: Wire = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/write`,
    up: true,
    left: Number.POSITIVE_INFINITY,
    answers: new Map(),
    cut() {
      closed ??= new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closed;
    },
  };
  onTestFinished(() => wire.cut());
  return wire;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
