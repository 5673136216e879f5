import type { ServerResponse } from 'node:http';
import type { Clock } from '../core/clock.ts';
import { certificates } from './certificates.ts';
import { type CallRecord, createCallLog, describeCall } from './control/calls.ts';
import type { Control } from './control/control.ts';
import { createFaults } from './control/faults.ts';
import { answerControl } from './control/routes.ts';
import { json, type Reply, wrapped } from './http/reply.ts';
import type { Request } from './http/request.ts';
import { faultReply, isSilent, respond } from './http/respond.ts';
import { routeAzure } from './http/router.ts';
import { listen, type Running } from './http/server.ts';
import { routeManagedIdentity } from './identity/managed.ts';
import { requestId } from './services/definitions.ts';
import { createReceived } from './services/received.ts';
import type { Routed, Router, State } from './services/state.ts';
import { createThrottles } from './services/throttles.ts';
import type { World } from './world/model.ts';
import { indexOf } from './world/resolve.ts';
import { createWorldClock } from './world-clock.ts';

export interface EmulatorOptions {
  readonly world: World;
  /** TLS port of everything but identity and control; 0 or nothing takes a free one. */
  readonly port?: number;
  /** Plain-http port of managed identity. */
  readonly identityPort?: number;
  /** Plain-http port of the control routes. */
  readonly controlPort?: number;
  readonly clock: Clock;
  /** One line for each thing that a person should know. */
  readonly log?: (line: string) => void;
  /** Every call as it is answered. */
  readonly logCalls?: (call: CallRecord) => void;
}

/** Base URLs without a trailing slash; `{region}` and `{account}` are to be filled in. */
export interface EmulatorUrls {
  readonly arm: string;
  readonly identity: string;
  /** Where the control port serves the certificate authority in PEM. */
  readonly ca: string;
  readonly control: string;
  readonly dataPlane: string;
  readonly logs: string;
  readonly queue: string;
  readonly authority: string;
}

export interface Emulator {
  readonly urls: EmulatorUrls;
  /** Certificate authority that clients must trust. */
  readonly caPem: string;
  readonly control: Control;
  /** World time in milliseconds. */
  now(): number;
  /** Ends all connections, also those that a fault left hanging. */
  close(): Promise<void>;
}

const callCapacity = 100_000;
const sampleCapacity = 100_000;

/** Starts the emulated Azure on loopback. Rejects when a port is taken. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { caPem, cert, key } = await certificates();
  const { control, listener, now, setOrigin } = createCore(options);
  const servers: Running[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()));
  };
  const start = async (...args: Parameters<typeof listen>): Promise<string> => {
    const server = await listen(...args);
    servers.push(server);
    return String(server.port);
  };
  try {
    const port = await start(options.port ?? 0, listener(routeAzure), { key, cert });
    const arm = `https://localhost:${port}`;
    setOrigin(arm);
    const identity = `http://127.0.0.1:${await start(options.identityPort ?? 0, listener(routeManagedIdentity))}`;
    const answer = (request: Request, response: ServerResponse): void =>
      respond(response, answerControl(request, control, caPem), undefined, options.clock);
    const controlUrl = `http://127.0.0.1:${await start(options.controlPort ?? 0, answer)}`;
    const urls: EmulatorUrls = {
      arm,
      identity,
      ca: `${controlUrl}/ca.pem`,
      control: controlUrl,
      dataPlane: `${arm}/{region}`,
      logs: arm,
      queue: `${arm}/{account}`,
      authority: arm,
    };
    return { urls, caPem, control, now, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Core {
  readonly control: Control;
  readonly listener: (router: Router) => (request: Request, response: ServerResponse) => void;
  readonly now: () => number;
  readonly setOrigin: (origin: string) => void;
}

/** Everything but the sockets: the state that calls and control share. */
function createCore(options: EmulatorOptions): Core {
  const { clock } = options;
  const time = createWorldClock(clock);
  const log = createCallLog(callCapacity);
  const faults = createFaults();
  const received = createReceived(sampleCapacity);
  let index = indexOf(options.world);
  let throttles = createThrottles();
  let origin = '';
  let requests = 0;

  const state = (): State => ({ index, throttles, received, nowMs: time.now(), hostMs: clock.now(), origin });

  const control: Control = {
    calls: () => ({ counts: log.counts(), calls: log.calls() }),
    clearCalls: () => log.clear(),
    received: () => received.samples(),
    clearReceived: () => received.clear(),
    addFault: (rule) => faults.add(rule),
    removeFault: (id) => faults.remove(id),
    setWorld(world) {
      index = indexOf(world);
      throttles = createThrottles();
    },
    setTime: (change) => time.change(change),
    time: () => ({ now: new Date(time.now()).toISOString(), rate: time.rate, paused: time.paused }),
  };

  const listener = (router: Router) => (request: Request, response: ServerResponse) => {
    requests += 1;
    const nowMs = time.now();
    const routed = router(request);
    const fault = faults.hit(routed, nowMs);
    const reply = (fault && faultReply(fault.effect)) ?? answerOf(request, routed, state(), options.log);
    const status = isSilent(fault?.effect) ? 0 : reply.status;
    const call = describeCall(request, routed, { status, fault: fault?.id, nowMs });
    log.add(call);
    options.logCalls?.(call);
    respond(response, withRequestId(reply, routed, requests), fault?.effect, clock);
  };

  return {
    control,
    listener,
    now: time.now,
    setOrigin: (value) => {
      origin = value;
    },
  };
}

/** The service's answer. A mistake of the emulator itself is a 500 that says so, and a line in the log. */
function answerOf(
  request: Request,
  routed: Routed | undefined,
  state: State,
  log: ((line: string) => void) | undefined,
): Reply {
  if (routed === undefined) {
    const message = `The emulator has nothing at ${request.method} /${request.segments.join('/')}.`;
    return wrapped({ status: 404, code: 'NotFound', message });
  }
  try {
    return routed.answer(state);
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log?.(`The emulator failed to answer ${request.method} /${request.segments.join('/')}: ${reason}`);
    return json(500, { error: { code: 'EmulatorDefect', message: 'The emulator failed; its log has the reason.' } });
  }
}

/** ARM, Resource Graph and the data plane's errors carry an id for support; queues have one of their own form. */
function withRequestId(reply: Reply, routed: Routed | undefined, count: number): Reply {
  const api = routed?.api;
  if (api === undefined || api === 'token' || api === 'authority' || api === 'logs') return reply;
  if (api === 'statuspage') return reply;
  if (api === 'batch' && reply.status === 200) return reply;
  const id = requestId(count);
  const correlated = api === 'batch' || api === 'queue' || api === 'resourceGraph' || reply.status !== 200;
  const more = correlated ? {} : { 'x-ms-correlation-request-id': id };
  return { ...reply, headers: { 'x-ms-request-id': id, ...more, ...reply.headers } };
}
