import type { ScrapeItem } from '../plan/types.ts';

export function subscriptionScope(subscriptionId: string): string {
  return `/subscriptions/${subscriptionId}`;
}

/** The workspace of a log query; its declared id ends in a page of the portal. */
export function workspaceScope({ resource }: ScrapeItem): string {
  return `/${resource.id.split('/').slice(0, 8).join('/')}`;
}

/**
 * Where a missing role is best given. An identity that reads nothing of a subscription, or whose calls are shared,
 * gets it on the subscription. Where some of it can be read, roles are given narrowly: then on the resource group.
 * For log queries it is always the workspace.
 */
export function roleScopes(shared: boolean, readableSubscriptions: ReadonlySet<string>): (item: ScrapeItem) => string {
  return (item) => {
    const { subscriptionId, resourceGroupName } = item.resource;
    if (item.metric.query.kind === 'logAnalytics') return workspaceScope(item);
    const whole = subscriptionScope(subscriptionId);
    const narrow = !shared && readableSubscriptions.has(subscriptionId.toLowerCase());
    return narrow ? `${whole}/resourceGroups/${resourceGroupName}` : whole;
  };
}
