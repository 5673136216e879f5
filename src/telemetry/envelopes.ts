/** Levels of pino, as numbers in its lines, and what Application Insights calls severity. */
function severityOf(level: number): number {
  if (level >= 60) return 4;
  if (level >= 50) return 3;
  if (level >= 40) return 2;
  return level >= 30 ? 1 : 0;
}

interface Event {
  readonly level: number;
  readonly time: number;
  readonly msg?: string;
  readonly err?: { readonly type?: string; readonly message?: string; readonly stack?: string };
  readonly [field: string]: unknown;
}

/** Longest texts that the service takes: a message, and the value of a property. */
const longest = { message: 32_768, property: 8_192 };

/**
 * One line of the log as an envelope of Application Insights: an exception when it carries an error, else a trace.
 * Undefined for events about Application Insights itself, which would feed on themselves.
 */
export function envelopeOf(
  line: string,
  about: { readonly iKey: string; readonly version: string; readonly instance: string },
): string | undefined {
  const { level, time, msg = '', err, ...fields } = JSON.parse(line) as Event;
  if (fields['code'] === 'AZ2060') return undefined;
  const properties = Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name, cut(typeof value === 'string' ? value : JSON.stringify(value), longest.property)]),
  );
  const severityLevel = severityOf(level);
  const [type, base] =
    err === undefined
      ? ['Message', { message: cut(msg, longest.message), severityLevel, properties }]
      : [
          'Exception',
          {
            exceptions: [
              {
                typeName: err.type ?? 'Error',
                message: cut(err.message || msg, longest.message),
                hasFullStack: err.stack !== undefined,
                ...(err.stack === undefined ? {} : { stack: cut(err.stack, longest.message) }),
              },
            ],
            severityLevel,
            properties: { ...properties, message: cut(msg, longest.property) },
          },
        ];
  return JSON.stringify({
    name: `Microsoft.ApplicationInsights.${type}`,
    time: new Date(time).toISOString(),
    iKey: about.iKey,
    tags: {
      'ai.cloud.role': 'Azimuth',
      'ai.cloud.roleInstance': about.instance,
      'ai.application.ver': about.version,
      'ai.internal.sdkVersion': `azimuth:${about.version}`,
    },
    data: { baseType: `${type}Data`, baseData: { ver: 2, ...(base as object) } },
  });
}

function cut(text: string, most: number): string {
  return text.length > most ? text.slice(0, most) : text;
}
