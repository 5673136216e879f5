import type { Page } from '../../status/ports.ts';
import { type Html, html } from '../html.ts';
import { number } from './words.ts';

/** A table with a caption; it scrolls by itself when it is wider than the window, by keyboard too. */
export function table(caption: string, head: readonly string[], rows: readonly Html[]): Html {
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${rows}
</tbody>
</table></div>`;
}

/** Where else the rows of a list are, as links that keep the search. */
export function pager(page: Page<unknown>, path: string, search: Readonly<Record<string, string>>): Html {
  if (page.pages === 1) return html``;
  const link = (to: number, text: string, rel: string): Html =>
    to < 1 || to > page.pages
      ? html`<span class="quiet">${text}</span>`
      : html`<a rel="${rel}" href="${address(path, { ...search, page: String(to) })}">${text}</a>`;
  return html`<nav class="pager" aria-label="Pages">
${link(page.page - 1, 'Previous page', 'prev')}
<span>Page ${number(page.page)} of ${number(page.pages)}</span>
${link(page.page + 1, 'Next page', 'next')}
</nav>`;
}

/** Path and query; empty values are left out. */
export function address(path: string, search: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(Object.entries(search).filter(([, value]) => value !== ''));
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}
