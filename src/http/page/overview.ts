import type { Overview, Page } from '../../status/ports.ts';
import { type Html, html } from '../html.ts';
import { explainForm } from './explanation.ts';
import { configurationSection, discoveryTable, quotaSection, sinkTable } from './gauges.ts';
import { paths } from './paths.ts';
import { problemList } from './problems.ts';
import { groupTable, metricTable, scheduleTable } from './rows.ts';
import { moment, number } from './words.ts';

/** The front page: problems first. */
export function overviewContent(overview: Overview): Html {
  const { nowMs: now, problems, schedules, metrics, groups, quota, discovery, sinks, configuration } = overview;
  return html`<div class="bar" id="refresh"><span id="refreshed" class="quiet"></span></div>
${part('facts', facts(overview))}
${section('problems', 'Problems', html`${problemList(problems, now)}${more(problems, paths.problems, 'All problems')}`)}
${section('schedules', 'Schedules', scheduleTable(schedules, now))}
${section('metrics', 'Metrics', html`${metricTable(metrics, now)}${more(metrics, paths.metrics, 'All metrics')}`)}
<section aria-labelledby="find-title"><h2 id="find-title">Find a series</h2>
<form action="${paths.series}" method="get" role="search"><label class="wide" for="find">Text in the name or in a label<input id="find" name="q" type="search" maxlength="200"></label><button>Search series</button></form>
${explainForm('')}</section>
${section('groups', 'Query groups', html`${groupTable(groups)}${more(groups, paths.groups, 'All query groups')}`)}
${section('quota', 'Quota and cost', quotaSection(quota, now))}
${discovery !== undefined && section('discovery', 'Discovery groups', discoveryTable(discovery))}
${sinks !== undefined && section('sinks', 'Sinks', sinkTable(sinks))}
${configuration !== undefined && section('configuration', 'Configuration', configurationSection(configuration, now))}`;
}

/** A part that renews itself. */
export function part(name: string, content: Html): Html {
  return html`<div data-part="${name}">${content}</div>`;
}

function section(name: string, title: string, content: Html): Html {
  return html`<section aria-labelledby="${name}-title"><h2 id="${name}-title">${title}</h2>${part(name, content)}</section>`;
}

function facts({ counts, problems, ready, healthy, startedMs, nowMs }: Overview): Html {
  const fact = (name: string, value: Html): Html => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  const state = healthy
    ? ready
      ? html`<span class="good">ready</span>`
      : html`<span class="warn">waiting for first results</span>`
    : html`<span class="bad">standing still</span>`;
  return html`<dl class="facts">
${fact('State', state)}
${fact('Problems', html`<span class="${problems.total > 0 ? 'bad' : 'good'}">${number(problems.total)}</span>`)}
${fact('Series', html`${number(counts.series)}`)}
${fact('Metrics', html`${number(counts.metrics)}`)}
${fact('Items failing', html`${number(counts.failingItems)} of ${number(counts.items)}`)}
${fact('Started', moment(startedMs, nowMs))}
</dl>`;
}

function more({ rows, total }: Page<unknown>, path: string, text: string): Html {
  if (rows.length === total) return html``;
  return html`<p><a href="${path}">${text}</a> <span class="quiet">(${number(rows.length)} of ${number(total)} are shown here)</span></p>`;
}
