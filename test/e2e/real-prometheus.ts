import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, until } from './harness.ts';

/** A running Prometheus server. */
export interface RealPrometheus {
  /** The value of a query that gives one series. */
  query(expression: string): Promise<number>;
  /** `lastError` of each target. */
  targetErrors(): Promise<string[]>;
  ownMetrics(): Promise<string[]>;
  log(): string[];
  stop(): Promise<void>;
}

/** Starts the program with a configuration, which is an object of its YAML file, and waits until it is ready. */
export async function startPrometheus(program: string, folder: string, config: object): Promise<RealPrometheus> {
  const file = join(folder, 'prometheus.yml');
  writeFileSync(file, JSON.stringify(config));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const args = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const text: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => text.push(chunk.toString()));
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const ask = async (path: string): Promise<unknown> =>
    ((await (await fetch(`${base}${path}`)).json()) as { data: unknown }).data;
  await until(
    () =>
      fetch(`${base}/-/ready`).then(
        ({ status }) => status,
        () => 0,
      ),
    (status) => status === 200,
  );
  return {
    async query(expression) {
      const data = (await ask(`/api/v1/query?query=${encodeURIComponent(expression)}`)) as {
        result: { value: [number, string] }[];
      };
      if (data.result.length !== 1) throw new Error(`${expression} gave ${data.result.length} series`);
      return Number(data.result[0]?.value[1]);
    },
    async targetErrors() {
      const data = (await ask('/api/v1/targets')) as { activeTargets: { lastError: string }[] };
      return data.activeTargets.map(({ lastError }) => lastError);
    },
    ownMetrics: async () => (await (await fetch(`${base}/metrics`)).text()).split('\n'),
    log: () => text.join('').split('\n'),
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
