import type { CloudEndpoints } from '../core/clouds.ts';

/** Endpoints as the SDK takes them, and the hosts among them that really speak plain http. */
export interface SdkEndpoints {
  readonly cloud: CloudEndpoints;
  /** Hosts (with port) whose requests go out as http. */
  readonly plainHosts: ReadonlySet<string>;
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * The SDK refuses to send a token over plain http, whatever is allowed. Endpoints on this machine are therefore shown
 * to it as https and turned back next to the wire. Others stay as they are, and the SDK's refusal with them.
 */
export function sdkEndpoints(cloud: CloudEndpoints): SdkEndpoints {
  const plainHosts = new Set<string>();
  const shown = (url: string): string => {
    if (!url.startsWith('http://') || !URL.canParse(url)) return url;
    const { host, hostname } = new URL(url);
    if (!loopback.test(hostname)) return url;
    plainHosts.add(host);
    return url.replace('http://', 'https://');
  };
  const { logAnalytics } = cloud;
  return {
    cloud: {
      ...cloud,
      resourceManager: shown(cloud.resourceManager),
      metricsDataPlane: shown(cloud.metricsDataPlane),
      ...(logAnalytics === undefined ? {} : { logAnalytics: shown(logAnalytics) }),
    },
    plainHosts,
  };
}

/** The URL to send to: http again for the hosts that speak it. */
export function wireUrl(url: string, plainHosts: ReadonlySet<string>): string {
  return plainHosts.size > 0 && plainHosts.has(new URL(url).host) ? url.replace('https://', 'http://') : url;
}
