/** Aggregations of Azure Monitor. `None` exists in Azure's enumeration and in Promitor's; it yields 0 there. */
export const aggregations = ['None', 'Average', 'Count', 'Minimum', 'Maximum', 'Total'] as const;

export type Aggregation = (typeof aggregations)[number];

/** Name of the member of a data point on the wire that carries each aggregation. */
export const pointField = {
  Average: 'average',
  Count: 'count',
  Minimum: 'minimum',
  Maximum: 'maximum',
  Total: 'total',
} as const satisfies Record<Exclude<Aggregation, 'None'>, keyof DataPoint>;

/** One bucket as Azure sends it: a start and only those aggregates that were asked for and have data. */
export interface DataPoint {
  /** Start of the bucket, ISO 8601. */
  readonly timeStamp: string;
  readonly average?: number | null;
  readonly count?: number | null;
  readonly minimum?: number | null;
  readonly maximum?: number | null;
  readonly total?: number | null;
}
