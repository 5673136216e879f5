import type { Names, Page, ProblemRow } from '../../status/ports.ts';
import { type Html, html } from '../html.ts';
import { paths } from './paths.ts';
import { address } from './table.ts';
import { count, moment, type Now, number } from './words.ts';

/** Problems as a list, each with what it means and what to do. */
export function problemList(page: Page<ProblemRow>, now: Now): Html {
  if (page.total === 0) return html`<p class="good">Nothing is wrong.</p>`;
  return html`<ul class="problems">
${page.rows.map((row) => problemItem(row, now))}
</ul>`;
}

function problemItem(problem: ProblemRow, now: Now): Html {
  const { severity, code, title, message, remedy, metrics, resources, items, sinceMs } = problem;
  return html`<li class="${severity}">
<h3><span class="${severity === 'error' ? 'bad' : 'warn'}">${severity === 'error' ? 'Error' : 'Warning'} <code>${code}</code></span> ${title}</h3>
${message !== title && html`<p>${message}</p>`}
${remedy !== '' && html`<p><strong>What to do:</strong> ${remedy}</p>`}
${metrics.total > 0 && html`<p><strong>Metrics:</strong> ${metrics.shown.map(metricLink)}${rest(metrics)}</p>`}
${resources.total > 0 && html`<p><strong>Resources:</strong> ${listed(resources)}${rest(resources)}</p>`}
${(items > 0 || sinceMs !== undefined) && html`<p class="quiet">${items > 0 && html`${count(items, 'item')} affected. `}${sinceMs !== undefined && html`Began ${moment(sinceMs, now)}.`}</p>`}
</li>`;
}

function metricLink(name: string): Html {
  return html`<a href="${address(paths.series, { metric: name })}"><code>${name}</code></a> `;
}

function listed({ shown }: Names): Html[] {
  return shown.map((name) => html`<code>${name}</code> `);
}

function rest({ shown, total }: Names): Html | false {
  return total > shown.length && html`and ${number(total - shown.length)} more`;
}
