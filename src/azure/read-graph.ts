import type { GraphRow } from '../discovery/ports.ts';
import type { RawAnswer } from './answer.ts';
import { asArray, asObject, asText, optionalText, parseBody, Unreadable } from './shape.ts';

/** One page of an answer of Resource Graph. */
export interface GraphPage {
  readonly rows: readonly GraphRow[];
  /** Rows of this page, as the service counts them. */
  readonly count: number;
  /** Rows of the whole answer, as the service counts them at this page. */
  readonly total: number;
  /** Where the next page begins; undefined on the last one. */
  readonly skipToken?: string;
  /** The service says that rows are missing and that no page holds them. */
  readonly truncated: boolean;
  /** The identity sees more subscriptions than the service looked at. */
  readonly subscriptionsLeftOut: boolean;
}

/** Reads a page in the format `objectArray`. Throws {@link Unreadable} when it is not of Azure's form. */
export function readGraphPage(answer: RawAnswer): GraphPage {
  const root = parseBody(answer.body);
  const rows = asArray(root['data'], 'data').map((row, index) => asObject(row, `data[${index}]`));
  for (const row of rows) asText(row['id'], 'the id of a row');
  const skipToken = optionalText(root['$skipToken']);
  return {
    rows,
    count: asCount(root['count'], 'count'),
    total: asCount(root['totalRecords'], 'totalRecords'),
    ...(skipToken === undefined ? {} : { skipToken }),
    truncated: String(root['resultTruncated']).toLowerCase() === 'true',
    subscriptionsLeftOut: answer.header('x-ms-tenant-subscription-limit-hit')?.toLowerCase() === 'true',
  };
}

function asCount(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) throw new Unreadable(`${what} is no count`);
  return value;
}
