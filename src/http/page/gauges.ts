import type { PaceState } from '../../azure/ports.ts';
import type { ConfigurationView, DiscoveryRow, QuotaRow, QuotaView, SinkRow } from '../../status/ports.ts';
import { type Html, html } from '../html.ts';
import { table } from './table.ts';
import { count, duration, moment, type Now, number } from './words.ts';

/** What the plan takes of Azure's limits and costs, and how calls are paced now. */
export function quotaSection(quota: QuotaView, now: Now): Html {
  const { callsPerHour, planned, paces, cost, budget } = quota;
  const allowed =
    budget !== undefined &&
    html`<p>The call budget allows ${number(budget.allowedPerHour)} calls an hour; the declaration alone would make ${number(budget.declaredPerHour)}.</p>`;
  return html`<p>${number(callsPerHour)} calls an hour are planned. They cost about ${number(cost.perMonth)} ${cost.currency} a month. <span class="quiet">${cost.assumption}</span></p>
${allowed}
${planned.length > 0 && table("What the plan takes of Azure's limits", ['Subscription', 'API', 'Region', 'Calls an hour', 'Of the limit'], planned.map(plannedRow))}
${
  paces.length > 0 &&
  table(
    'How calls are paced now',
    ['Subscription', 'API', 'Region', 'May go at once', 'Calls a second', 'In line', 'Azure says left', 'State'],
    paces.map((pace) => paceRow(pace, now)),
  )
}`;
}

/** Shares from which on there is little room left, and none. */
const levels = { tight: 0.8, full: 1 };

function plannedRow({ subscription, region, api, callsPerHour, limitPerHour, share }: QuotaRow): Html {
  const percent = `${number(Math.round(share * 1000) / 10)}%`;
  const name = `Share of the limit of ${api} in ${subscription}`;
  return html`<tr>
<th scope="row"><code>${subscription}</code></th>
<td>${api}</td>
<td>${region ?? '-'}</td>
<td class="number">${number(callsPerHour)} of ${number(limitPerHour)}</td>
<td><meter aria-label="${name}" min="0" max="1" low="${levels.tight}" high="${levels.full}" optimum="0" value="${Math.min(1, share)}">${percent}</meter> ${percent}</td>
</tr>
`;
}

function paceRow(
  { subscription, api, region, tokens, ratePerSecond, waiting, blockedUntilMs, remaining }: PaceState,
  now: Now,
): Html {
  const blocked = blockedUntilMs !== undefined && blockedUntilMs > now;
  return html`<tr>
<th scope="row"><code>${subscription}</code></th>
<td>${api}</td>
<td>${region ?? '-'}</td>
<td class="number">${number(Math.floor(tokens))}</td>
<td class="number">${number(ratePerSecond)}</td>
<td class="number">${number(waiting)}</td>
<td class="number">${remaining === undefined ? '-' : number(remaining)}</td>
<td>${blocked ? html`<span class="bad">Azure asked to wait; goes on ${moment(blockedUntilMs, now)}</span>` : 'open'}</td>
</tr>
`;
}

export function discoveryTable(groups: readonly DiscoveryRow[]): Html {
  const rows = groups.map(
    ({ name, resources, ageSeconds, problem }) => html`<tr>
<th scope="row"><code>${name}</code></th>
<td class="number">${number(resources)}</td>
<td>${ageSeconds === undefined ? 'not yet' : `${duration(ageSeconds)} ago`}</td>
<td>${problem === undefined ? 'fine' : html`<span class="bad"><code>${problem.code}</code> ${problem.message}</span>`}</td>
</tr>
`,
  );
  return table('Resources that were found, by group', ['Group', 'Resources', 'Read', 'State'], rows);
}

export function sinkTable(sinks: readonly SinkRow[]): Html {
  const rows = sinks.map(
    ({ name, healthy, queued, dropped, problem }) => html`<tr>
<th scope="row">${name}</th>
<td>${healthy ? 'fine' : html`<span class="bad">failing</span>`}${problem !== undefined && html` <code>${problem.code}</code> ${problem.message}`}</td>
<td class="number">${number(queued)}</td>
<td class="number">${number(dropped)}</td>
</tr>
`,
  );
  return table('Where values are sent', ['Sink', 'State', 'Samples that wait', 'Samples lost'], rows);
}

export function configurationSection(configuration: ConfigurationView, now: Now): Html {
  const { files, loadedMs, hash, lastReload, problems } = configuration;
  return html`<p>In force since ${moment(loadedMs, now)}${hash !== undefined && html`, digest <code>${hash}</code>`}, ${problems.length === 0 ? 'without problems' : `with ${count(problems.length, 'problem')}, listed above`}.</p>
<ul>${files.map((file) => html`<li><code>${file}</code></li>`)}</ul>
${lastReload !== undefined && html`<p>Last reload ${moment(lastReload.atMs, now)}: ${lastReload.accepted ? html`<span class="good">accepted</span>` : html`<span class="bad">refused; what was in force before stays</span>`}.</p>`}`;
}
