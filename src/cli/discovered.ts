import type { ExplainedGroup } from '../discovery/explain.ts';

/** Text of `azimuth discover`: a table for each group, what it finds before what it leaves out. */
export function groupsAsText(groups: readonly ExplainedGroup[]): string {
  return groups.map(groupAsText).join('\n');
}

function groupAsText({ name, resourceType, resources, out }: ExplainedGroup): string {
  const rows = [
    ...resources.map(({ id, why }) => ['in', id, why] as const),
    ...out.map(({ id, why }) => ['out', id, why] as const),
  ];
  const width = Math.max(0, ...rows.map(([, id]) => id.length));
  const lines = rows.map(([state, id, why]) => `  ${state.padEnd(3)}  ${id.padEnd(width)}  ${why}`.trimEnd());
  const type = resourceType === '' ? '' : ` (${resourceType})`;
  return [`Group ${name}${type}: ${resources.length} found, ${out.length} left out`, ...lines, ''].join('\n');
}

/** Answer of `azimuth discover --format json`. */
export function groupsAsJson(groups: readonly ExplainedGroup[]): string {
  const shown = groups.map(({ name, resourceType, resources, out }) => ({
    name,
    type: resourceType,
    resources: resources.map(({ id, resource, why }) => ({
      id,
      name: resource.name,
      type: resource.resourceType,
      tenantId: resource.tenantId,
      subscriptionId: resource.subscriptionId,
      resourceGroup: resource.resourceGroupName,
      region: resource.region ?? null,
      fields: resource.fields,
      tags: resource.tags,
      why,
    })),
    out,
  }));
  return `${JSON.stringify({ groups: shown }, null, 2)}\n`;
}
