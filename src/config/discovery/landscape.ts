import type { Landscape } from '../../core/discovery.ts';
import { problem } from '../problem.ts';
import { type Reader, reject, type Slot } from '../spec.ts';
import type { LandscapeValues, TenantValues } from './fields.ts';
import type { ReadGroup } from './groups.ts';
import { distinctTexts } from './texts.ts';

/** What `azureMetadata` says of the place of resources. */
export interface Home {
  readonly tenantId: string;
  readonly subscriptionId: string;
  /** Undefined when it could not be read, which was reported. */
  readonly cloud: string | undefined;
}

/**
 * Where resources are looked for. Without a landscape: in the tenant and subscription of `azureMetadata`, and in the
 * subscriptions that criteria name. Undefined when an error was reported.
 */
export function readLandscapes(
  slot: Slot<LandscapeValues | undefined>,
  home: Home,
  groups: readonly ReadGroup[],
  reader: Reader,
): readonly Landscape[] | undefined {
  const { value } = slot;
  const named = groups.flatMap((group) => group.subscriptions);
  if (value === undefined) {
    const all = [home.subscriptionId, ...named.map((entry) => entry.value.trim())];
    const subscriptions = [...new Map(all.toReversed().map((id) => [id.toLowerCase(), id])).values()].toReversed();
    return slot.broken ? undefined : [{ tenantId: home.tenantId, subscriptions }];
  }
  const { cloud, endpoints, additionalTenants } = value;
  let broken = slot.broken;
  if (cloud.value !== undefined && home.cloud !== undefined && cloud.value !== home.cloud) {
    const message = `The landscape is in the cloud ${cloud.value}, and \`azureMetadata\` in ${home.cloud}; both must be the same.`;
    broken = reject(reader, 'AZ1156', cloud.place, message, { found: cloud.value }).broken;
  }
  if (endpoints.written) {
    const message = '`endpoints` of the landscape has no effect: those of `azureMetadata` are used.';
    reader.report(problem('warning', 'AZ1091', endpoints.place, message));
  }
  const tenants = [value, ...(additionalTenants.value ?? []).flatMap((entry) => entry.value ?? [])];
  const landscapes: Landscape[] = [];
  for (const tenant of tenants) {
    const read = readTenant(tenant, landscapes, reader);
    if (read === undefined) broken = true;
    else landscapes.push(read);
  }
  if (broken) return undefined;
  warnAboutOutsiders(named, landscapes, reader);
  return landscapes;
}

function readTenant(
  { tenantId, subscriptions }: TenantValues,
  earlier: readonly Landscape[],
  reader: Reader,
): Landscape | undefined {
  const ids = distinctTexts(subscriptions, reader).map((entry) => entry.value.trim());
  if (tenantId.value === undefined || subscriptions.value === undefined || subscriptions.broken) return undefined;
  const tenant = tenantId.value.trim();
  if (earlier.some((one) => one.tenantId.toLowerCase() === tenant.toLowerCase())) {
    const message = `The tenant \`${tenant}\` stands twice in the landscape; write its subscriptions into one list.`;
    reject(reader, 'AZ1156', tenantId.place, message, { found: tenant });
    return undefined;
  }
  if (ids.length === 0) {
    reject(reader, 'AZ1156', subscriptions.place, 'The landscape needs at least one subscription.');
    return undefined;
  }
  return { tenantId: tenant, subscriptions: ids };
}

function warnAboutOutsiders(named: readonly Slot<string>[], landscapes: readonly Landscape[], reader: Reader): void {
  const inside = new Set(landscapes.flatMap((one) => one.subscriptions.map((id) => id.toLowerCase())));
  for (const { value, place } of named) {
    if (inside.has(value.trim().toLowerCase())) continue;
    const message = `The subscription \`${value}\` is not in \`azureLandscape\`, so that nothing of it is found.`;
    reader.report(problem('warning', 'AZ1158', place, message, { found: value }));
  }
}
