import type { Explanation, StatusSource } from '../../status/ports.ts';
import { type Html, html } from '../html.ts';
import { paths } from './paths.ts';
import { sparkline } from './sparkline.ts';
import { address, table } from './table.ts';
import { count, duration, moment, type Now, number } from './words.ts';

/** Longest selector that is taken, as the JSON route has it. */
export const longestSelector = 2_000;

/** Explanations and buckets that are shown in full, so that no selector makes a page that is too long to read. */
const mostShown = 5;
const mostBuckets = 50;

export function explainForm(selector: string): Html {
  return html`<form action="${paths.explain}" method="get"><label class="wide" for="selector">A series, as it stands on the metrics endpoint, or name{label="value"}<input id="selector" name="selector" class="code" value="${selector}" maxlength="${longestSelector}" spellcheck="false" autocomplete="off" required></label><button>Explain</button></form>`;
}

/** Why series show what they show. */
export function explainContent(
  selector: string,
  answer: ReturnType<StatusSource['explain']> | undefined,
  now: Now,
): Html {
  return html`${explainForm(selector)}
${answer === undefined ? html`<p>Why a series shows its value: the query that was sent, the buckets that came, and the one that was chosen.</p>` : answered(selector, answer, now)}`;
}

function answered(selector: string, answer: ReturnType<StatusSource['explain']>, now: Now): Html {
  if ('problem' in answer) return html`<p role="alert" class="bad">${answer.problem}</p>`;
  const { explanations, found } = answer;
  if (found === 0) return html`<p role="alert">No series fits <code>${selector}</code>.</p>`;
  const others = explanations.slice(mostShown);
  const rest = found - explanations.length;
  return html`${explanations.slice(0, mostShown).map((explanation, index) => explained(explanation, index, now))}
${others.length > 0 && html`<section aria-labelledby="others"><h2 id="others">Others that fit</h2><ul>${others.map(otherLink)}</ul></section>`}
${rest > 0 && html`<p>${count(rest, 'more series')} fit; add labels to the selector.</p>`}`;
}

function otherLink({ series }: Explanation): Html {
  return html`<li><a href="${address(paths.explain, { selector: series })}"><code>${series}</code></a></li>`;
}

function explained(explanation: Explanation, index: number, now: Now): Html {
  const { series, value, summary, buckets } = explanation;
  const rows = factsOf(explanation, now).map(
    ([name, text]) => html`<tr><th scope="row">${name}</th><td>${text}</td></tr>
`,
  );
  return html`<section aria-labelledby="series-${index}">
<h2 id="series-${index}" class="series"><code>${series}</code></h2>
<p><strong>Value: ${value === null ? 'none' : number(value)}.</strong> ${summary}</p>
${buckets !== undefined && buckets.length > 0 && bucketTable(buckets)}
${table('How it came about', ['What', 'How'], rows)}
${labelTable(explanation)}
</section>`;
}

function factsOf(explanation: Explanation, now: Now): (readonly [string, Html])[] {
  const { metric, resource, schedule, age, lag, idleSearch, failure, quarantine } = explanation;
  const at = (text: string | undefined, none: string): Html =>
    moment(text === undefined ? undefined : Date.parse(text), now, none);
  const rows: (readonly [string, Html | false])[] = [
    ['Metric', html`${metric.azureMetric}, ${metric.aggregation} (declared as <code>${metric.name}</code>)`],
    ['Resource', html`<code>${resource.id}</code> (${resource.type})`],
    [
      'Schedule',
      html`<code>${schedule.text}</code>: last run ${at(schedule.lastRun, 'never')}, next ${at(schedule.nextRun, 'unknown')}`,
    ],
    ...queryRows(explanation),
    [
      'Age',
      age !== undefined &&
        html`${duration(age.seconds)}${age.maxSeconds !== undefined && html`; a value is shown up to ${duration(age.maxSeconds)}`}`,
    ],
    ['Lag of Azure', lag !== undefined && html`${duration(lag.seconds)}, ${lag.state}`],
    ['Idle', idleSearch !== undefined && html`data is looked for further back ${at(idleSearch.at, '')}`],
    [
      'Failure',
      failure !== undefined &&
        html`<span class="bad"><code>${failure.code}</code> ${failure.message}</span>${failure.requestId !== undefined && html` Request <code>${failure.requestId}</code>.`}`,
    ],
    [
      'Quarantine',
      quarantine !== undefined &&
        html`<span class="bad"><code>${quarantine.error.code}</code></span>, asked again ${at(quarantine.until, '')}`,
    ],
  ];
  return rows.flatMap(([name, text]) => (text === false ? [] : [[name, text] as const]));
}

function queryRows({ query }: Explanation): (readonly [string, Html | false])[] {
  if (query === undefined) return [];
  const { mode, resources, metricNames, from, to, intervalSeconds, aggregations, filter, limit, why, requestId } =
    query;
  return [
    [
      'Query',
      html`${mode} call for ${count(resources, 'resource')} and ${count(metricNames, 'metric name')}${why !== undefined && html`: ${why}`}`,
    ],
    [
      'Window',
      html`<span class="nowrap">${from}</span> to <span class="nowrap">${to}</span>, buckets of ${duration(intervalSeconds)}, ${aggregations.join(', ')}`,
    ],
    ['Filter', filter !== undefined && html`<code>${filter}</code>; at most ${number(limit)} series`],
    ['Request', requestId !== undefined && html`<code>${requestId}</code>`],
  ];
}

function bucketTable(buckets: NonNullable<Explanation['buckets']>): Html {
  const left = Math.max(0, buckets.length - mostBuckets);
  const rows = buckets.slice(left).map(
    ({ start, end, value, verdict }) => html`<tr class="${verdict === 'chosen' ? 'chosen' : 'other'}">
<th scope="row" class="nowrap">${start}</th><td class="nowrap">${end}</td><td class="number">${value === null ? 'none' : number(value)}</td><td>${verdict}</td></tr>
`,
  );
  const rest = left > 0 ? `; ${number(left)} older ones are left out` : '';
  return html`${table(`Buckets that came, oldest first${rest}`, ['From', 'To', 'Value', 'Verdict'], rows)}
${sparkline(
  buckets.map(({ value }) => value),
  'Buckets that came',
)}`;
}

function labelTable({ labels }: Explanation): Html {
  const rows = labels.map(
    ({
      name,
      value,
      source,
    }) => html`<tr><th scope="row"><code>${name}</code></th><td><code>${value}</code></td><td>${source}</td></tr>
`,
  );
  return table('Labels, and where each comes from', ['Label', 'Value', 'Source'], rows);
}
