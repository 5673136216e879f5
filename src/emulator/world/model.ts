import type { Aggregation } from '../../core/aggregation.ts';
import type { Gap, Generator } from '../generators.ts';

/** Everything that the emulated Azure consists of. Made by `parseWorld`; never changed in place. */
export interface World {
  /** First part of every generated number. */
  readonly seed: number;
  /** Tenants by id; the first is the default of everything that names none. */
  readonly tenants: readonly { readonly id: string; readonly name: string }[];
  readonly regions: readonly string[];
  readonly identities: readonly Identity[];
  readonly subscriptions: readonly Subscription[];
  readonly resourceGroups: readonly ResourceGroup[];
  readonly resources: readonly Resource[];
  readonly workspaces: readonly Workspace[];
  readonly queues: readonly Queue[];
  readonly statuspages: readonly StatusPage[];
  /** Metrics by resource type in lower case; they extend and override the built-in catalogue by name. */
  readonly metrics: ReadonlyMap<string, readonly MetricPatch[]>;
  readonly limits: Limits;
  readonly variants: Variants;
  /** How long tokens live, in seconds. */
  readonly tokens: { readonly identitySeconds: number; readonly clientSeconds: number };
}

export interface Identity {
  readonly name: string;
  readonly kind: 'systemAssigned' | 'userAssigned' | 'servicePrincipal';
  readonly tenantId: string;
  readonly clientId: string;
  readonly objectId: string;
  /** ARM id of a user-assigned identity (`msi_res_id`). */
  readonly resourceId?: string;
  readonly secret?: string;
  /** The secret is right but past its date (AADSTS7000222). */
  readonly secretExpired: boolean;
  /** Certificate in PEM that signs assertions. */
  readonly certificate?: string;
  readonly federated: readonly { readonly subject: string; readonly issuer?: string }[];
  readonly roles: readonly RoleAssignment[];
}

interface RoleAssignment {
  readonly role: string;
  /** Scope in lower case with a leading slash; `/` is everything. */
  readonly scope: string;
  /** Allowed actions in lower case; `*` stands for any text. */
  readonly actions: readonly string[];
}

export interface Subscription {
  readonly id: string;
  readonly name: string;
  readonly tenantId: string;
  readonly state: string;
  readonly rateLimit?: Rate | undefined;
}

export interface ResourceGroup {
  readonly name: string;
  readonly subscriptionId: string;
  readonly region: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Resource {
  /** ARM id with a leading slash, spelled as declared. */
  readonly id: string;
  /** `resourceKey(id)`. */
  readonly key: string;
  readonly type: string;
  /** Last part of the name, or all parts for a child (`server/database`). */
  readonly name: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly region: string;
  readonly kind?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Metrics of this resource alone; they override those of its type by name. */
  readonly metrics: readonly MetricPatch[];
  /** Values of dimensions on this resource, by dimension name in lower case. */
  readonly dimensions: ReadonlyMap<string, readonly string[]>;
}

/** A metric as declared: what is left out comes from the type, from the catalogue, then from defaults. */
export interface MetricPatch {
  readonly name: string;
  readonly displayName?: string | undefined;
  readonly description?: string | undefined;
  /** Metric namespace; the resource type unless set. */
  readonly namespace?: string | undefined;
  readonly unit?: string | undefined;
  readonly primaryAggregation?: Aggregation | undefined;
  readonly aggregations?: readonly Aggregation[] | undefined;
  readonly grains?: readonly string[] | undefined;
  readonly dimensions?: readonly DimensionRow[] | undefined;
  readonly dimensionRequired?: boolean | undefined;
  readonly generator?: Generator | undefined;
  /** Milliseconds until a bucket that ended has values. */
  readonly lagMs?: number | undefined;
  /** Minutes in which no series of the metric has a value. */
  readonly gaps?: readonly Gap[] | undefined;
  /** Exceptions for some of the series; the first that matches wins. */
  readonly series?: readonly SeriesPatch[] | undefined;
  /** The metric alone fails inside a good answer. */
  readonly error?: { readonly code: string; readonly message: string } | undefined;
}

export interface DimensionRow {
  readonly name: string;
  readonly values: readonly string[];
}

interface SeriesPatch {
  /** Values by dimension name, compared without case. */
  readonly when: Readonly<Record<string, string>>;
  readonly generator?: Generator | undefined;
  readonly gaps?: readonly Gap[] | undefined;
}

/** A metric with nothing left open. */
export type Metric = {
  readonly [Key in Exclude<keyof MetricPatch, 'error'>]-?: NonNullable<MetricPatch[Key]>;
} & Pick<MetricPatch, 'error'>;

/** Token bucket. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** So many calls in a window. */
export interface Quota {
  readonly count: number;
  readonly seconds: number;
}

/** Rate limits; undefined is no limit. */
interface Limits {
  readonly arm?: Rate | undefined;
  readonly batch?: Rate | undefined;
  readonly definitions?: Quota | undefined;
  readonly resourceGraph?: Quota | undefined;
  readonly logs?: Quota | undefined;
}

/** Behaviour that Azure does not document or that differs between its services. */
export interface Variants {
  /** A batch with the id of a resource that does not exist fails as a whole, or has an entry without series. */
  readonly missingInBatch: 'fail' | 'empty';
  /** Number of buckets, beyond the metric's lag, that have no values yet. */
  readonly newestNullBuckets: number;
  /** A bucket that still fills has no values, or those of its finished minutes. */
  readonly openBuckets: 'null' | 'partial';
  /** With a filter, a series without any value is left out, or sent with points that carry only a time. */
  readonly idleSeries: 'omit' | 'empty';
  /** Resource types (lower case) that subscription-scope queries serve; undefined: all. */
  readonly crossResourceTypes?: readonly string[] | undefined;
}

export interface Workspace {
  /** The workspace GUID of query URLs. */
  readonly customerId: string;
  /** The ARM resource. */
  readonly resource: Resource;
  readonly queries: readonly DeclaredQuery[];
}

export interface DeclaredQuery {
  /** Exact text, apart from white space. */
  readonly query?: string | undefined;
  /** Regular expression over the text. */
  readonly pattern?: RegExp | undefined;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly Cell[])[];
  /** 200 with this error beside the rows. */
  readonly partialError?: string | undefined;
  /** 204: the workspace has no data. */
  readonly noContent: boolean;
}

export type Cell = string | number | boolean | null | { readonly generator: Generator };

/** A page of Atlassian Statuspage. */
export interface StatusPage {
  readonly id: string;
  readonly apiKey: string;
  /** Ids of its system metrics. */
  readonly metrics: readonly string[];
  /** What the service allows a key. */
  readonly requestsPerMinute: number;
}

export interface Queue {
  readonly account: string;
  readonly name: string;
  /** Value of `sig` that a SAS needs; undefined: any. */
  readonly signature?: string | undefined;
  /** Number of messages. */
  readonly messages: Generator;
  /** Age of the head message in seconds. */
  readonly oldestAge: Generator;
}
