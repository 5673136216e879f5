import type { Reply } from '../http/reply.ts';
import type { Request } from '../http/request.ts';
import type { WorldIndex } from '../world/resolve.ts';
import type { Received } from './received.ts';
import type { Throttles } from './throttles.ts';

/** What a service may look at while it answers. */
export interface State {
  readonly index: WorldIndex;
  readonly throttles: Throttles;
  /** Where receivers put what they take. */
  readonly received: Received;
  /** World time in milliseconds: buckets, queues, log queries. */
  readonly nowMs: number;
  /** The host's time in milliseconds: tokens and rate limits, which clients judge by their own clock. */
  readonly hostMs: number;
  /** `https://localhost:PORT`. */
  readonly origin: string;
}

/** Names of the services in faults and in the call log. */
export const apis = [
  'metrics',
  'batch',
  'subscription',
  'logs',
  'queue',
  'resourceGraph',
  'definitions',
  'namespaces',
  'token',
  'authority',
  'resources',
  'ingestion',
  'statuspage',
] as const;

export type Api = (typeof apis)[number];

/** A request that found its service, with what faults and the call log want to know about it. */
export interface Routed {
  readonly api: Api;
  readonly subscription?: string;
  readonly region?: string;
  /** Ids of the resources that are asked about, as sent. */
  readonly resources: readonly string[];
  readonly metricNames: readonly string[];
  answer(state: State): Reply;
}

/** Finds the service of a request, or undefined. */
export type Router = (request: Request) => Routed | undefined;
