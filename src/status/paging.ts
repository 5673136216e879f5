import type { Page } from './ports.ts';

/** Rows of one page. */
export const rowsPerPage = 50;

/** Where a page begins in a list of `total` rows; a page beyond the last is the last. */
export function pageBounds(total: number, wanted: number, perPage = rowsPerPage) {
  const pages = Math.max(1, Math.ceil(total / perPage));
  const page = Math.min(Math.max(1, wanted), pages);
  return { page, pages, start: (page - 1) * perPage };
}

/** One page of a list that is at hand as a whole. */
export function pageOf<Row>(rows: readonly Row[], wanted: number, perPage = rowsPerPage): Page<Row> {
  const { page, pages, start } = pageBounds(rows.length, wanted, perPage);
  return { rows: rows.slice(start, start + perPage), total: rows.length, page, pages };
}

/** The same with rows that are made only when they are shown. */
export function mapPage<Source, Row>(page: Page<Source>, row: (source: Source) => Row): Page<Row> {
  return { ...page, rows: page.rows.map(row) };
}

/** Tells whether a text holds the one that is looked for, without regard to case. Makes no copy of what it looks at. */
export function finder(text: string): (candidate: string) => boolean {
  if (text === '') return () => true;
  const pattern = new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'i');
  return (candidate) => pattern.test(candidate);
}
