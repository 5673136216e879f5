import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Agent, fetch, type Response } from 'undici';
import type { Clock } from '../../src/core/clock.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/emulator/emulator.ts';
import type { World } from '../../src/emulator/world/model.ts';
import { parseWorld } from '../../src/emulator/world/parse.ts';

export const subscription = '0c9f1d52-7a41-4f0e-9b36-5d2f8e61a7c4';
export const tenant = 'b71e4c08-2d95-4c6a-8f13-6a0e9d37c251';
export const group = `/subscriptions/${subscription}/resourceGroups/rg-shop-weu`;
export const bus = `${group}/providers/Microsoft.ServiceBus/namespaces/sb-shop-weu`;
export const principal = '8b1f7d24-60a9-4c35-9e82-d3f05c7a164b';
export const stranger = 'c94e2a17-3d58-4f60-b1a6-7e82d09f5b3c';
export const startMs = Date.UTC(2026, 2, 10, 8, 10);

export const demoText = readFileSync(fileURLToPath(new URL('../../config/world.yaml', import.meta.url)), 'utf8');

/** Parses a world that must be right. */
export function worldOf(text: string): World {
  const parsed = parseWorld(text);
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  return parsed.world;
}

/** The demo world with text put in place of other text. */
export function demoWorld(...changes: readonly (readonly [from: string, to: string])[]): World {
  return worldOf(
    changes.reduce((text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`The demo world has no "${from}".`);
      return text.replace(from, to);
    }, demoText),
  );
}

/** The host's own clock. */
export const realClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

export interface Answer {
  readonly status: number;
  readonly headers: Response['headers'];
  readonly text: string;
  /** The body as JSON. */
  readonly json: () => Record<string, unknown>;
}

export interface Bench {
  readonly emulator: Emulator;
  /** A call to the TLS port, with a token of the system-assigned identity unless headers bring their own. */
  call(path: string, init?: CallInit): Promise<Answer>;
  /** A call to any URL without a token. */
  plain(url: string, init?: CallInit): Promise<Answer>;
  token(resource: string): Promise<string>;
  close(): Promise<void>;
}

interface CallInit {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** Starts an emulator with a client that trusts it. */
export async function startBench(options: Partial<EmulatorOptions> & Pick<EmulatorOptions, 'clock'>): Promise<Bench> {
  const emulator = await startEmulator({ world: demoWorld(), ...options });
  const dispatcher = new Agent({ connect: { ca: emulator.caPem }, headersTimeout: 5_000, bodyTimeout: 5_000 });
  const plain = async (url: string, init: CallInit = {}): Promise<Answer> => {
    const response = await fetch(url, { ...init, dispatcher });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
  };
  const token = async (resource: string): Promise<string> => {
    const path = `/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${encodeURIComponent(resource)}`;
    const answer = await plain(`${emulator.urls.identity}${path}`, { headers: { metadata: 'true' } });
    return String(answer.json()['access_token']);
  };
  const tokens = new Map<string, Promise<string>>();
  const tokenFor = (path: string): Promise<string> => {
    const resource = path.startsWith('/v1/') ? 'https://api.loganalytics.io' : 'https://management.azure.com';
    const known = tokens.get(resource) ?? token(resource);
    tokens.set(resource, known);
    return known;
  };
  return {
    emulator,
    plain,
    token,
    async call(path, init = {}) {
      const headers = { authorization: `Bearer ${await tokenFor(path)}`, ...init.headers };
      return plain(`${emulator.urls.arm}${path}`, { ...init, headers });
    },
    async close() {
      await dispatcher.destroy();
      await emulator.close();
    },
  };
}

/** Path and query of a metrics call for the demo namespace; `null` leaves a parameter out. */
export function metricsPath(parameters: Record<string, string | null> = {}, resource = bus): string {
  const defaults: Record<string, string | null> = {
    'api-version': '2024-02-01',
    metricnames: 'ActiveMessages',
    timespan: '2026-03-10T08:00:00Z/2026-03-10T08:05:00Z',
  };
  const entries = Object.entries({ ...defaults, ...parameters }).filter(([, value]) => value !== null);
  const query = entries.map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`).join('&');
  return `${resource}/providers/Microsoft.Insights/metrics?${query}`;
}
