import type { TokenPort } from '../azure/ports.ts';
import type { Outcome } from '../core/outcome.ts';
import type { ScrapeItem } from '../plan/types.ts';
import { metricNameOf, type ProbeOutcome } from './ask.ts';
import type { Assignee } from './az.ts';
import { type Caller, judge } from './findings.ts';
import type { Probe } from './probes.ts';
import { type CheckRow, failedRow, okRow, type RowHead, skippedRow } from './report.ts';
import { subscriptionScope, workspaceScope } from './scopes.ts';

/** What is known of the identity, before and after it has a token. */
export interface Identified {
  readonly token: Pick<TokenPort, 'identity'>;
  /** Tenant of the declaration. */
  readonly tenantId: string;
  /** What the configuration tells of the identity. */
  readonly configured: Assignee;
}

/** The identity as its tokens tell, else as it is configured. */
export function callerOf({ token, tenantId, configured }: Identified): Caller {
  const held = token.identity();
  return { assignee: { ...configured, ...held }, tenantId: held?.tenantId ?? tenantId };
}

export function tokenRow(outcome: Outcome<void>, { assignee, tenantId }: Caller): CheckRow {
  const head: RowHead = { check: 'token', scope: null, subscription: null, region: null };
  if (outcome.kind !== 'ok') {
    const { code, message } = outcome.error;
    return failedRow(head, { code, message, role: null, scope: null, command: null });
  }
  const ids = [
    ...(assignee.clientId === undefined ? [] : [`client ${assignee.clientId}`]),
    ...(assignee.objectId === undefined ? [] : [`object ${assignee.objectId}`]),
    `tenant ${tenantId}`,
  ];
  return okRow(head, `A token for ${ids.join(', ')} was obtained.`);
}

/** Why something was not tried. */
export const notTried = {
  withoutToken: 'Not tried, because there is no access token.',
  ended: 'Not tried, because the check was ended.',
  withoutRegion: 'Not tried, because no region is known: no metric was read whose calls can be shared.',
} as const;

/** The row of a probe; a text in place of an outcome says why it was not tried. `roleScope`: where a role is to be given. */
export function probeRow(probe: Probe, outcome: ProbeOutcome | string, roleScope: string, caller: Caller): CheckRow {
  const { api, item, subscriptionId, region } = probe;
  const head: RowHead = {
    check: api,
    scope: askedScope(probe),
    subscription: api === 'queue' ? null : subscriptionId,
    region: region ?? null,
  };
  if (typeof outcome === 'string') return skippedRow(head, outcome);
  if (outcome.kind === 'ok') return okRow(head, readSentence(probe));
  return failedRow(head, judge(outcome.error, { api, subscriptionId, subject: subjectOf(item), roleScope }, caller));
}

/** What a call is about: an ARM id with a leading slash. */
export function subjectOf(item: ScrapeItem): string {
  return item.metric.query.kind === 'logAnalytics' ? workspaceScope(item) : `/${item.resource.id}`;
}

function askedScope({ api, item, subscriptionId }: Probe): string {
  const { accountName = '', queueName = '' } = item.resource.fields;
  if (api === 'queue') return `${accountName}/${queueName}`;
  return api === 'batch' || api === 'subscription' ? subscriptionScope(subscriptionId) : subjectOf(item);
}

function readSentence({ api, item }: Probe): string {
  if (api === 'logs') return `The query of ${item.metric.name} was answered.`;
  if (api === 'queue') return `${metricNameOf(item)} was read.`;
  return `${metricNameOf(item)} of ${item.resource.armType} was read${api === 'metrics' ? '' : ' in a shared call'}.`;
}
