import { type CloudEndpoints, publicClouds } from '../../core/clouds.ts';
import { problem } from '../problem.ts';
import { type Reader, reject } from '../spec.ts';
import type { EndpointValues, MetadataValues } from './fields.ts';

/**
 * Where the declared cloud answers; undefined when an error was reported. The order of `cloud` and `endpoints` in the
 * file does not matter (Promitor ignores endpoints that stand first).
 */
export function readCloud(metadata: MetadataValues, reader: Reader): CloudEndpoints | undefined {
  const { cloud, endpoints } = metadata;
  if (cloud.broken) return undefined;
  if (cloud.value !== 'Custom') {
    if (endpoints.value !== undefined) {
      const message = `The endpoints are ignored because the cloud is ${cloud.value}; set \`cloud: Custom\` to use them.`;
      reader.report(problem('warning', 'AZ1102', endpoints.place, message));
    }
    return publicClouds[cloud.value];
  }
  if (endpoints.value === undefined) {
    if (!endpoints.broken) {
      reject(
        reader,
        'AZ1011',
        endpoints.place,
        'Required field `endpoints` is missing in `azureMetadata`: `cloud: Custom` needs it.',
      );
    }
    return undefined;
  }
  return customCloud(endpoints.value, reader);
}

function customCloud(endpoints: EndpointValues, reader: Reader): CloudEndpoints | undefined {
  const authority = endpoints.authenticationEndpoint.value;
  const resourceManager = endpoints.metricsQueryAudience.value;
  const audience = endpoints.metricsClientAudience.value;
  const suffix = endpoints.storageEndpointSuffix.value;
  const logAnalytics = endpoints.logAnalyticsEndpoint.value;
  const broken = Object.values(endpoints).some((slot) => slot.broken);
  if (
    broken ||
    authority === undefined ||
    resourceManager === undefined ||
    audience === undefined ||
    suffix === undefined
  ) {
    return undefined;
  }
  const metricsDataPlane = endpoints.metricsDataPlaneEndpoint.value ?? insertRegion(audience);
  if (metricsDataPlane === undefined) {
    const message =
      '`metricsClientAudience` must contain `metrics`, before which the region is inserted; or give `metricsDataPlaneEndpoint`.';
    reject(reader, 'AZ1103', endpoints.metricsClientAudience.place, message, { found: audience });
    return undefined;
  }
  return {
    name: 'Custom',
    authority,
    resourceManager,
    resourceManagerAudience: resourceManager,
    metricsDataPlane,
    metricsDataPlaneAudience: audience,
    ...(logAnalytics === undefined ? {} : { logAnalytics, logAnalyticsAudience: logAnalytics }),
    storageQueue: endpoints.storageQueueEndpoint.value ?? `https://{account}.queue.${suffix.replace(/^\./, '')}`,
  };
}

/** Promitor's rule: the region and a dot go before the first `metrics`. */
function insertRegion(audience: string): string | undefined {
  return audience.includes('metrics') ? audience.replace('metrics', '{region}.metrics') : undefined;
}
