import type { GroupRow, MetricRow, Page, PageQuery, ProblemRow, SeriesQuery, SeriesRow } from '../../status/ports.ts';
import { type Html, html } from '../html.ts';
import { part } from './overview.ts';
import { paths } from './paths.ts';
import { problemList } from './problems.ts';
import { groupTable, metricTable, seriesTable } from './rows.ts';
import { pager } from './table.ts';
import { count, type Now, outcomes } from './words.ts';

/** Longest text that is looked for. */
export const longestText = 200;

export function problemsContent(page: Page<ProblemRow>, query: PageQuery, now: Now): Html {
  return list(
    page,
    query,
    { path: paths.problems, noun: 'problem', field: 'Text in the problem' },
    problemList(page, now),
  );
}

export function metricsContent(page: Page<MetricRow>, query: PageQuery, now: Now): Html {
  const field = 'Text in the name, description, Azure metric or resource type';
  return list(page, query, { path: paths.metrics, noun: 'metric', field }, metricTable(page, now));
}

export function groupsContent(page: Page<GroupRow>, query: PageQuery): Html {
  const field = 'Text in the group, its metrics, its resources or the reason';
  return list(page, query, { path: paths.groups, noun: 'query group', field }, groupTable(page));
}

interface ListWords {
  readonly path: string;
  readonly noun: string;
  readonly field: string;
}

function list(page: Page<unknown>, { text }: PageQuery, { path, noun, field }: ListWords, rows: Html): Html {
  return html`<form action="${path}" method="get" role="search" data-live><label class="wide" for="q">${field}<input id="q" name="q" type="search" value="${text}" maxlength="${longestText}"></label><button>Search</button></form>
${part(
  'results',
  html`${found(page, noun)}
${page.total > 0 && rows}
${pager(page, path, { q: text })}`,
)}`;
}

export function seriesContent(page: Page<SeriesRow>, query: SeriesQuery, now: Now): Html {
  const { metric, outcome, text } = query;
  const choices = Object.entries(outcomes).map(
    ([value, { text: words }]) =>
      html`<option value="${value}"${value === outcome && html` selected`}>${words}</option>`,
  );
  return html`<form action="${paths.series}" method="get" role="search" data-live>
<label class="wide" for="q">Text in the name or in a label; of several words all must fit<input id="q" name="q" type="search" value="${text}" maxlength="${longestText}"></label>
<label for="metric">Metric<input id="metric" name="metric" type="search" value="${metric}" maxlength="${longestText}"></label>
<label for="outcome">Outcome<select id="outcome" name="outcome"><option value="">any</option>${choices}</select></label>
<button>Search</button></form>
${part(
  'results',
  html`${found(page, 'series')}
${page.total > 0 && seriesTable(page, now)}
${pager(page, paths.series, { q: text, metric, outcome })}`,
)}`;
}

function found({ total }: Page<unknown>, noun: string): Html {
  return html`<p role="status">${total === 0 ? `No ${noun} fits.` : `${count(total, noun)}.`}</p>`;
}
