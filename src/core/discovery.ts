import type { DeclaredResource } from './declaration.ts';

/** Where resources are looked for: the subscriptions of one tenant. */
export interface Landscape {
  readonly tenantId: string;
  /** Subscription ids as declared, at least one, no duplicates. */
  readonly subscriptions: readonly string[];
}

/** Resource discovery groups that this program resolves by itself, and where it looks. */
export interface DiscoveryDeclaration {
  /** One per tenant; the first is the main one. */
  readonly landscapes: readonly Landscape[];
  readonly groups: readonly DiscoveryGroup[];
}

/** One resource discovery group: all resources of a type that fit its criteria. */
export interface DiscoveryGroup {
  /** Compared without case, as Promitor's discovery agent does. */
  readonly name: string;
  /** Name of a row of the catalogue. */
  readonly resourceType: string;
  /** ARM types of a `Generic` group, for example `Microsoft.Foo/bars`; empty otherwise. */
  readonly armTypes: readonly string[];
  /** What a resource must fit: kinds of criteria join with and, values of one kind with or, tags with and. */
  readonly include: DiscoveryCriteria;
  /** A resource that fits any value of any kind is left out. */
  readonly exclude: DiscoveryCriteria;
  /** A condition in the Kusto query language, joined with and. */
  readonly condition?: string;
}

/** Names are compared without case. Patterns are regular expressions that must match the whole value, without case. */
export interface DiscoveryCriteria {
  readonly subscriptions: readonly string[];
  readonly resourceGroups: readonly string[];
  /** ARM locations, for example `westeurope`. */
  readonly regions: readonly string[];
  /** Patterns of resource names. */
  readonly names: readonly string[];
  readonly tags: readonly { readonly name: string; readonly pattern: string }[];
}

/** A resource as Resource Graph or a discovery agent tells of it. */
export interface DiscoveredResource extends DeclaredResource {
  /** Name of a row of the catalogue; it, not the metric's own type, selects the query and the labels. */
  readonly resourceType: string;
  readonly tenantId: string;
  /** ARM id without a leading slash, as Azure spells it; undefined when a discovery agent told of the resource. */
  readonly id?: string;
  /** Name as Azure spells it (a child with its own name only). */
  readonly name: string;
  /** ARM location; undefined when a discovery agent told of the resource. */
  readonly region?: string;
  readonly tags: Readonly<Record<string, string>>;
}
