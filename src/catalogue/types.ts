/**
 * One resource type as a row of data. The closed set of members below is everything in which types differ;
 * a new type is one row and one test row. Source: Promitor's scrapers, as listed in its documentation and code.
 */
export interface ResourceTypeRow {
  /** Value of `resourceType` in a declaration, exact case. */
  readonly name: string;
  /** Azure's name of the service, for people. */
  readonly displayName: string;
  /**
   * ARM type, also the metric namespace, of the first path; undefined for `Generic`, whose resources spell it.
   * Variants (slots, flexible servers) differ: `armTypeOf` and `armTypesOf` of describe.ts know them.
   */
  readonly armType?: string;
  /** Where values come from: Azure Monitor metrics, a log query, or the storage queue itself. */
  readonly source: 'metrics' | 'logs' | 'queue';
  readonly fields: readonly FieldRow[];
  /** Templates of what follows `/providers/`; the first whose condition holds is taken. `{field}` is replaced. */
  readonly paths: readonly PathRow[];
  /** Template of the label `instance_name`; a field without a value leaves nothing. */
  readonly instanceName: string;
  /** Labels of the type, in addition to the built-in ones. */
  readonly labels?: readonly LabelRow[];
  /** Part of the resource that a dimension of its metrics names: a queue, a pipeline, a location. */
  readonly entity?: EntityRow;
  /** Field whose text is an Azure Monitor filter (`Generic`). */
  readonly filterField?: string;
  /** Metric names that the type offers by itself, when it is a closed list (storage queues). */
  readonly metricNames?: readonly string[];
  /** True when Promitor's discovery agent can find resources of this type. */
  readonly discoverable: boolean;
  /** Tells types that share an ARM type apart. */
  readonly kind?: KindRule;
}

/** A condition on Azure's `kind` of a resource: whether it contains the text (in lower case; compared without case). */
export interface KindRule {
  readonly text: string;
  readonly contained: boolean;
}

export interface FieldRow {
  readonly name: string;
  readonly required: boolean;
  readonly kind: 'text' | 'enum' | 'secret';
  /** Values of an enum, exact case. */
  readonly values?: readonly string[];
  /** Values that Promitor's parser knows and its validator refuses. */
  readonly refusedValues?: readonly string[];
  readonly default?: string;
}

export interface PathRow {
  readonly path: string;
  /** The path holds when the field (or its default) has this value; without a condition it always holds. */
  readonly when?: { readonly field: string; readonly is: string };
}

interface LabelRow {
  readonly name: string;
  /** Template; the label is left out when nothing comes of it. */
  readonly value: string;
}

export interface EntityRow {
  /** Fields that declare the entity; the first one given wins. Giving two is an error. */
  readonly fields: readonly string[];
  /** Dimension whose values are the entities. */
  readonly dimension: string;
  /** Metrics, in lower case, that know the entities under another dimension. */
  readonly dimensionFor?: Readonly<Record<string, string>>;
  /** Label that carries a declared entity. */
  readonly label: string;
  /**
   * What happens without a declared entity. `split`: the query is split by the dimension and declared
   * dimensions are ignored. `none`: nothing is added.
   */
  readonly withoutEntity: 'split' | 'none';
  /** Label of the split dimension; undefined keeps the dimension's own name. */
  readonly splitLabel?: string;
  /** Upper bound of declared dimensions, with or without an entity. */
  readonly maxDimensions?: number;
  /** True: declaring the entity and its dimension at once is an error. */
  readonly refusesOwnDimension?: boolean;
  /** The entity may only be declared with these metrics (`runbookName` with `TotalJob`). */
  readonly onlyForMetrics?: readonly string[];
}
