const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const texts = { type: 'array', items: text } as const;
/** .NET readers rebuild objects by it; it is the first member. */
const netType = { $type: { ...text, description: '.NET type of the object; its first member.' } } as const;
const status = { type: 'string', enum: ['Healthy', 'Degraded', 'Unhealthy'] } as const;
const duration = { type: 'string', description: 'Time span of .NET: `hh:mm:ss[.fffffff]`.' } as const;
const open = { type: 'object', additionalProperties: true } as const;
const resource = {
  type: 'object',
  additionalProperties: text,
  required: ['$type', 'ResourceType', 'SubscriptionId', 'ResourceGroupName', 'ResourceName', 'UniqueName'],
  properties: {
    ...netType,
    ResourceType: text,
    SubscriptionId: text,
    ResourceGroupName: text,
    ResourceName: text,
    UniqueName: text,
  },
} as const;

function object(properties: object, required: readonly string[] = Object.keys(properties)) {
  return { type: 'object', required, properties };
}

function listOf(items: object) {
  return { type: 'array', items };
}

/** Shapes of the bodies, by the names that the routes use. */
export const schemas: Readonly<Record<string, object>> = {
  HealthReport: object({
    entries: {
      type: 'object',
      additionalProperties: object({ data: open, description: text, duration, status, tags: texts }),
    },
    status,
    totalDuration: duration,
  }),
  SystemInfo: object({ version: text }),
  RuntimeConfiguration: { ...open, description: 'Sections of runtime.yaml in camelCase.' },
  MetricDefinitions: listOf(
    object(
      {
        ...netType,
        AzureMetricConfiguration: open,
        LogAnalyticsConfiguration: open,
        PrometheusMetricDefinition: object({ ...netType, Name: text, Description: text, Labels: open }),
        Scraping: object({ ...netType, Schedule: text }),
        ResourceType: text,
        ResourceDiscoveryGroups: listOf(object({ ...netType, Name: text })),
        Resources: listOf({ ...resource, additionalProperties: true }),
      },
      ['$type', 'PrometheusMetricDefinition', 'Scraping', 'ResourceType', 'ResourceDiscoveryGroups', 'Resources'],
    ),
  ),
  Status: { ...open, description: 'Counts, problems, schedules, metrics, query groups and quota.' },
  SeriesPage: object({
    rows: listOf(open),
    total: { type: 'integer' },
    page: { type: 'integer' },
    pages: { type: 'integer' },
  }),
  Explanations: object({ explanations: listOf(open), found: { type: 'integer' } }),
  Problem: object({ problem: text }),
  ProblemDetails: object({ type: text, title: text, status: { type: 'integer' }, detail: text, errors: open }, [
    'type',
    'title',
    'status',
    'errors',
  ]),
  Refusal: object({ information: text, details: text }, []),
  Groups: listOf(
    object({
      name: text,
      type: text,
      criteria: object({
        include: object({
          tags: { type: 'object', additionalProperties: text },
          subscriptions: texts,
          resourceGroups: texts,
          regions: texts,
        }),
      }),
    }),
  ),
  Resources: listOf(resource),
  ResourcePage: object({
    ...netType,
    Result: listOf(resource),
    PageInformation: object({
      ...netType,
      PageSize: { type: 'integer' },
      CurrentPage: { type: 'integer' },
      TotalRecords: { type: 'integer' },
    }),
    HasMore: flag,
  }),
  LogLevel: object({
    level: { type: 'string', enum: ['Trace', 'Debug', 'Information', 'Warning', 'Error', 'Critical', 'None'] },
  }),
  OpenApi: open,
};
