import type { GroupRow, MetricRow, Page, ScheduleRow, SeriesRow } from '../../status/ports.ts';
import { type Html, html } from '../html.ts';
import { paths } from './paths.ts';
import { sparkline } from './sparkline.ts';
import { address, table } from './table.ts';
import { count, duration, moment, type Now, number, outcomeMark } from './words.ts';

export function scheduleTable({ rows }: Page<ScheduleRow>, now: Now): Html {
  const head = ['Schedule', 'State', 'Last run', 'Took', 'Last success', 'Next run', 'Results', 'Skipped runs'];
  return table(
    'When Azure is asked, and what came of it',
    head,
    rows.map((row) => scheduleRow(row, now)),
  );
}

function scheduleRow(row: ScheduleRow, now: Now): Html {
  const { text, running, lastStartMs, lastDurationMs, lastSuccessMs, nextMs, stride, succeeded, failed, skipped } = row;
  const every = stride > 1 && html` <span class="warn">every ${stride}. time only, to keep to the call budget</span>`;
  return html`<tr>
<th scope="row"><code>${text}</code>${every}</th>
<td>${running ? 'running' : 'waiting'}</td>
<td>${moment(lastStartMs, now)}</td>
<td class="number">${lastDurationMs === undefined ? '-' : duration(lastDurationMs / 1000)}</td>
<td>${moment(lastSuccessMs, now)}</td>
<td>${moment(nextMs, now, 'unknown')}</td>
<td>${succeeded === undefined || failed === undefined ? 'none yet' : results(succeeded, failed)}</td>
<td class="number">${number(skipped)}</td>
</tr>
`;
}

function results(succeeded: number, failed: number): Html {
  return html`<span class="nowrap">${number(succeeded)} fine</span>${failed > 0 && html`, <span class="bad nowrap">${number(failed)} failing</span>`}`;
}

export function metricTable({ rows }: Page<MetricRow>, now: Now): Html {
  const head = ['Metric', 'Outcome', 'Value', 'Last values', 'Age', 'Lag', 'Next run', 'Azure metric'];
  return table(
    'Every name on the metrics endpoint, failing ones first',
    head,
    rows.map((row) => metricRow(row, now)),
  );
}

function metricRow(row: MetricRow, now: Now): Html {
  const { name, help, azureMetric, aggregation, resourceType, history, lagSeconds, nextMs } = row;
  return html`<tr>
<th scope="row"><a href="${address(paths.series, { metric: name })}"><code>${name}</code></a><br><span class="quiet">${help}</span></th>
<td>${metricOutcome(row)}</td>
<td class="number">${shownValue(row)}</td>
<td>${sparkline(
    history.map(({ mean }) => mean),
    row.series > 1 ? 'Means of the last runs' : 'Values of the last runs',
  )}</td>
<td class="number">${ageOf(row)}</td>
<td class="number">${lagSeconds === undefined ? '-' : duration(lagSeconds)}</td>
<td>${moment(nextMs, now, 'unknown')}</td>
<td>${azureMetric}<br><span class="quiet">${aggregation}, ${resourceType}</span></td>
</tr>
`;
}

function metricOutcome({ items, failingItems, series, values, name }: MetricRow): Html {
  if (failingItems > 0) {
    const link = address(paths.series, { metric: name, outcome: 'failing' });
    return html`<a class="mark failing" href="${link}">${number(failingItems)} of ${number(items)} failing</a>`;
  }
  if (values !== undefined) return outcomeMark('ok');
  return outcomeMark(series > 0 ? 'noData' : 'waiting');
}

function shownValue({ series, values }: MetricRow): Html {
  if (values === undefined) return html`${series > 0 ? 'no data' : 'none'}`;
  if (series === 1) return html`${number(values.mean)}`;
  return html`mean ${number(values.mean)}<br><span class="quiet">${number(values.min)} to ${number(values.max)}, ${count(series, 'series')}</span>`;
}

function ageOf({ age }: MetricRow): Html {
  if (age === undefined) return html`-`;
  const { newestSeconds, oldestSeconds } = age;
  const same = duration(newestSeconds) === duration(oldestSeconds);
  return html`${duration(newestSeconds)}${!same && html`<br><span class="quiet">oldest ${duration(oldestSeconds)}</span>`}`;
}

/** Labels that the resource's id holds already, or that are the same everywhere. */
const wellKnown: ReadonlySet<string> = new Set(['tenant_id', 'subscription_id', 'resource_uri']);

export function seriesTable({ rows }: Page<SeriesRow>, now: Now): Html {
  const head = ['Series', 'Outcome', 'Value', 'Last buckets', 'Age', 'Next run'];
  return table(
    'Series in the order of the plan',
    head,
    rows.map((row) => seriesRow(row, now)),
  );
}

function seriesRow(
  { name, labels, selector, outcome, value, ageSeconds, error, buckets, nextMs }: SeriesRow,
  now: Now,
): Html {
  const shown = labels.filter(([label, text]) => !wellKnown.has(label) && text !== '');
  const why = error !== undefined && html`<br><code>${error.code}</code> ${error.message}`;
  return html`<tr>
<th scope="row"><a href="${address(paths.explain, { selector })}"><code>${name}</code><span class="unseen"> explain it</span></a>
<ul class="labels">${shown.map(([label, text]) => html`<li><span class="quiet">${label}=</span><code>${text}</code></li>`)}</ul></th>
<td>${outcomeMark(outcome)}${why}</td>
<td class="number">${value === null ? 'none' : number(value)}</td>
<td>${buckets === undefined ? html`<span class="quiet">not kept</span>` : sparkline(buckets, 'Last buckets')}</td>
<td class="number">${ageSeconds === undefined ? '-' : duration(ageSeconds)}</td>
<td>${moment(nextMs, now, 'unknown')}</td>
</tr>
`;
}

export function groupTable({ rows }: Page<GroupRow>): Html {
  const head = ['Query group', 'Schedule', 'Azure metrics', 'Resources', 'Where', 'Why they share a call'];
  return table('One call to Azure per run each', head, rows.map(groupRow));
}

function groupRow({ id, mode, schedule, subscription, region, metricNames, resources, why }: GroupRow): Html {
  return html`<tr>
<th scope="row"><code>${id}</code><br><span class="quiet">${mode}</span></th>
<td><code>${schedule}</code></td>
<td>${metricNames.join(', ')}</td>
<td class="number">${number(resources)}</td>
<td>${region !== undefined && html`${region}<br>`}<code>${subscription}</code></td>
<td>${why}</td>
</tr>
`;
}
