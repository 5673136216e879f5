import type { ApplicationInsightsConfig, TelemetryConfig } from '../../core/runtime-config.ts';
import { secret } from '../../core/secret.ts';
import { type Environment, variable } from '../environment.ts';
import { type Reader, reject } from '../spec.ts';
import type { RuntimeValues } from './fields.ts';

/** Without the section the level is Information; within it Promitor's default, Error. */
export function readTelemetry(slot: RuntimeValues['telemetry'], env: Environment, reader: Reader): TelemetryConfig {
  const { defaultVerbosity, containerLogs, applicationInsights } = slot.value;
  const { isEnabled, verbosity } = containerLogs.value;
  const insights = readInsights(applicationInsights.value, env, reader);
  return {
    level: slot.written ? defaultVerbosity.value : 'Information',
    containerLogs: {
      isEnabled: isEnabled.value,
      ...(verbosity.value === undefined ? {} : { level: verbosity.value }),
    },
    ...(insights === undefined ? {} : { applicationInsights: insights }),
  };
}

type InsightsValues = RuntimeValues['telemetry']['value']['applicationInsights']['value'];

/** Endpoint behind a bare instrumentation key: the global one, which passes on to the region. */
const globalEndpoint = 'https://dc.services.visualstudio.com';
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function readInsights(values: InsightsValues, env: Environment, reader: Reader): ApplicationInsightsConfig | undefined {
  if (!values.isEnabled.value) return undefined;
  const { instrumentationKey: slot, verbosity } = values;
  const given = (slot.value ?? variable(env, 'APPLICATIONINSIGHTS_CONNECTION_STRING') ?? '').trim();
  const parts = guid.test(given) ? { key: given, endpoint: globalEndpoint } : partsOf(given);
  if (parts === undefined) {
    const message =
      '`instrumentationKey` must be the instrumentation key (a GUID) or the connection string of an Application Insights resource; APPLICATIONINSIGHTS_CONNECTION_STRING works too.';
    if (!slot.broken) reject(reader, 'AZ1206', slot.place, message);
    return undefined;
  }
  return {
    instrumentationKey: secret(() => parts.key),
    ingestionEndpoint: parts.endpoint,
    ...(verbosity.value === undefined ? {} : { level: verbosity.value }),
  };
}

/** `InstrumentationKey=…;IngestionEndpoint=https://…;…`, keys without case (Azure Monitor's connection strings). */
function partsOf(text: string): { key: string; endpoint: string } | undefined {
  const fields = new Map(
    text.split(';').map((part) => {
      const [name = '', ...value] = part.split('=');
      return [name.trim().toLowerCase(), value.join('=').trim()] as const;
    }),
  );
  const key = fields.get('instrumentationkey') ?? '';
  const suffix = fields.get('endpointsuffix');
  const endpoint = fields.get('ingestionendpoint') ?? (suffix === undefined ? globalEndpoint : `https://dc.${suffix}`);
  const usable = URL.canParse(endpoint) && /^https:|^http:\/\/(127\.|localhost|\[::1\])/.test(endpoint);
  return guid.test(key) && usable ? { key, endpoint } : undefined;
}
