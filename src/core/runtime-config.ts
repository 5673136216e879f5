import type { LabelPair } from './labels.ts';
import type { Secret } from './secret.ts';

/** The runtime file after validation: every default applied, environment overrides included. */
export interface RuntimeConfig {
  readonly strict: boolean;
  readonly server: {
    readonly httpPort: number;
    readonly webConfigFile?: string;
    readonly enableLifecycle: boolean;
    readonly shutdownGraceMs: number;
    /** Upper bound of query groups in flight at once. Promitor's default: logical CPUs × 8; 0 or less: unlimited. */
    readonly maxDegreeOfParallelism?: number;
  };
  readonly concurrency: {
    /** Longest that a query group may take once sent, when written. */
    readonly mutexTimeoutMs?: number;
  };
  readonly authentication: AuthenticationConfig;
  readonly metricsDeclarationPath: string;
  readonly prometheus?: PrometheusSinkConfig;
  readonly sinks: PushSinksConfig;
  readonly telemetry: TelemetryConfig;
  readonly azureMonitor: AzureMonitorConfig;
  readonly seriesLimit: { readonly perMetric: number; readonly total: number };
  /** Most calls that plans may make in an average hour; schedules are stretched to keep to it. Absent: no bound. */
  readonly callBudget?: { readonly callsPerHour: number };
  readonly resourceDiscovery: ResourceDiscoveryConfig;
  readonly healthCheck: {
    /** Promitor's health answer turns bad when no run succeeds. */
    readonly scraperFreshness: boolean;
  };
}

/** How resource discovery groups are kept up to date. */
export interface ResourceDiscoveryConfig {
  /** Promitor's discovery agent, which knows the groups that no file defines. */
  readonly agent?: { readonly host: string; readonly port: number };
  /** Share of a list, 0 to 1, that may vanish without a second answer. */
  readonly shrinkThreshold: number;
  /** Milliseconds from one refresh of a group to the next. */
  readonly refreshIntervalMs: number;
}

export type AuthenticationMode =
  | 'ServicePrincipal'
  | 'UserAssignedManagedIdentity'
  | 'SystemAssignedManagedIdentity'
  | 'WorkloadIdentity'
  | 'SdkDefault';

/** What a credential needs; secrets are read at each use. */
export interface AuthenticationConfig {
  readonly mode: AuthenticationMode;
  /** Client id of the identity. */
  readonly identityId?: string;
  /** Tenant from the environment (`AZURE_TENANT_ID`), which workload identity falls back to. */
  readonly fallbackTenantId?: string;
  readonly clientSecret?: Secret;
  readonly certificateFilePath?: string;
  readonly certificatePassword?: Secret;
  readonly federatedTokenFile?: string;
}

export interface PrometheusSinkConfig {
  /** Path with a leading slash. */
  readonly baseUriPath: string;
  /** Value shown for a series without data. */
  readonly metricUnavailableValue: number;
  readonly enableMetricTimestamps: boolean;
  readonly metricTimestampSource: 'run' | 'bucket';
  readonly labelTransformation: 'None' | 'Lowercase';
  readonly systemMetricsPrefix: 'azimuth' | 'promitor';
}

/** Sinks that are pushed to; only those that are configured. */
export interface PushSinksConfig {
  readonly statsd?: StatsdSinkConfig;
  readonly openTelemetryCollector?: OtlpSinkConfig;
  readonly atlassianStatuspage?: StatuspageSinkConfig;
  readonly prometheusRemoteWrite?: RemoteWriteSinkConfig;
}

export interface StatsdSinkConfig {
  readonly target:
    | { readonly kind: 'udp'; readonly host: string; readonly port: number }
    | { readonly kind: 'socket'; readonly path: string; readonly framing: 'newline' | 'length' };
  /** Put before every name, with a dot. */
  readonly metricPrefix?: string;
  readonly format:
    | { readonly kind: 'Default'; readonly tags: 'none' | 'dogstatsd' }
    | { readonly kind: 'Geneva'; readonly account: string; readonly namespace: string };
  readonly maxDatagramBytes: number;
}

export interface OtlpSinkConfig {
  /** `http` or `https` URL without a trailing slash. */
  readonly collectorUri: string;
  readonly protocol: 'grpc' | 'http/protobuf';
  readonly compression: 'none' | 'gzip';
  readonly timeoutMs: number;
  readonly headers: readonly { readonly name: string; readonly value: Secret }[];
  /** PEM texts; absent: what the process trusts, and no client certificate. */
  readonly tls: { readonly ca?: Secret; readonly certificate?: Secret; readonly key?: Secret };
  /** Attributes of the OpenTelemetry resource, `service.name` among them. */
  readonly resourceAttributes: Readonly<Record<string, string>>;
}

export interface StatuspageSinkConfig {
  readonly pageId: string;
  readonly apiKey: Secret;
  /** Base URL of the API without a trailing slash. */
  readonly apiUri: string;
  readonly mapping: readonly { readonly id: string; readonly metricName: string }[];
}

export interface RemoteWriteSinkConfig {
  /** `http` or `https` URL, its query included. */
  readonly url: string;
  readonly protocol: '1.0' | '2.0';
  /** Added to every series that has no label of the name. */
  readonly externalLabels: readonly LabelPair[];
  readonly headers: readonly { readonly name: string; readonly value: Secret }[];
  readonly authentication:
    | { readonly kind: 'none' }
    | { readonly kind: 'basic'; readonly username: string; readonly password: Secret }
    | { readonly kind: 'bearer'; readonly token: Secret }
    | EntraConfig;
  /** PEM texts; absent: what the process trusts, and no client certificate. */
  readonly tls: { readonly ca?: Secret; readonly certificate?: Secret; readonly key?: Secret };
  /** How long a bucket without data holds later ones back; absent: three grains and the learned lag. */
  readonly latenessMs?: number;
  /** How far back an item begins of which nothing was delivered yet. */
  readonly resumeFromMs: number;
  /** Folder of the file with the progress; absent: in memory alone. */
  readonly stateFolder?: string;
  /** Most samples that wait, over all shards. */
  readonly queueSamples: number;
  /** Queues that are delivered at the same time. */
  readonly shards: number;
  readonly samplesPerRequest: number;
  readonly timeoutMs: number;
}

/** Signs in with Microsoft Entra, as an Azure Monitor workspace wants it. */
export interface EntraConfig {
  readonly kind: 'entra';
  /** Undefined: that of the declared cloud. */
  readonly scope?: string;
  /** Undefined: the identity that scrapes. */
  readonly identity?: AuthenticationConfig;
}

export type LogLevel = 'Trace' | 'Debug' | 'Information' | 'Warning' | 'Error' | 'Critical' | 'None';

export interface TelemetryConfig {
  readonly level: LogLevel;
  /** Container logs can be switched off altogether (`telemetry.containerLogs.isEnabled`). */
  readonly containerLogs: { readonly isEnabled: boolean; readonly level?: LogLevel };
  /** Undefined: nothing is sent there. */
  readonly applicationInsights?: ApplicationInsightsConfig;
}

/** Where log events are sent, from an instrumentation key or a connection string. */
export interface ApplicationInsightsConfig {
  readonly instrumentationKey: Secret;
  /** Base URL of the ingestion endpoint. */
  readonly ingestionEndpoint: string;
  /** Least level, when it is higher than that of the log. */
  readonly level?: LogLevel;
}

export interface AzureMonitorConfig {
  readonly queryMode: 'single' | 'batch' | 'subscription' | 'auto';
  /** Upper bound of the lookback in milliseconds (`history.startingFromOffset`, else `startingFromInHours`; 12 h). */
  readonly historyMs: number;
  readonly batching: { readonly enabled: boolean; readonly maxBatchSize: number; readonly azureRegion?: string };
  /** Prices behind the estimate of `azimuth plan`; data-plane calls only. */
  readonly pricing: { readonly perThousandCalls: number; readonly freeCalls: number; readonly currency: string };
  readonly rateLimit: { readonly readsPerSecond: number; readonly burst: number };
  /** `azureMonitor.logging`: log requests to Azure at debug level. */
  readonly logging: { readonly isEnabled: boolean; readonly informationLevel: string };
}
