import { z } from 'zod';
import { aggregations } from '../../core/aggregation.ts';
import type { Generator } from '../generators.ts';

const uuid = z.guid();
const text = z.string().min(1);
const minutes = z.number().int().min(1);
const duration = text.regex(/^P(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?$/, 'write an ISO 8601 duration such as PT2M');
const tags = z.record(z.string(), z.string()).default({});

const shape = {
  decimals: z.number().int().min(0).max(6).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  spread: z.number().min(0).max(1).optional(),
};
const gapFields = { every: minutes, length: z.number().int().min(0), offset: z.number().int().min(0).optional() };

const gap = z.strictObject(gapFields);

const generator: z.ZodType<Generator> = z
  .lazy(() =>
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('constant'), value: z.number(), ...shape }),
      z.strictObject({
        kind: z.literal('sine'),
        base: z.number(),
        amplitude: z.number(),
        period: z.number().positive(),
        phase: z.number().min(0).max(1).optional(),
        ...shape,
      }),
      z.strictObject({ kind: z.literal('walk'), base: z.number(), amplitude: z.number(), step: minutes, ...shape }),
      z.strictObject({
        kind: z.literal('spike'),
        base: z.number(),
        height: z.number(),
        every: minutes,
        length: minutes,
        ...shape,
      }),
      z.strictObject({ kind: z.literal('counter'), perMinute: z.number(), resetEvery: minutes, ...shape }),
      z.strictObject({ kind: z.literal('gap'), of: generator, ...gapFields }),
    ]),
  )
  .meta({ id: 'generator' });

const dimension = z.strictObject({
  name: text,
  values: z.union([z.array(text), z.strictObject({ prefix: z.string(), count: z.number().int().min(0).max(100_000) })]),
});

const metric = z
  .strictObject({
    name: text,
    displayName: text.optional(),
    description: text.optional(),
    namespace: text.optional(),
    unit: text.optional(),
    primaryAggregation: z.enum(aggregations).optional(),
    aggregations: z.array(z.enum(aggregations)).min(1).optional(),
    grains: z.array(duration).min(1).optional(),
    dimensions: z.array(dimension).optional(),
    dimensionRequired: z.boolean().optional(),
    generator: generator.optional(),
    lag: duration.optional(),
    gaps: z.array(gap).optional(),
    series: z
      .array(
        z.strictObject({
          when: z.record(z.string(), z.string()),
          generator: generator.optional(),
          gaps: z.array(gap).optional(),
        }),
      )
      .optional(),
    error: z.strictObject({ code: text, message: text }).optional(),
  })
  .meta({ id: 'metric' });

const rate = z.strictObject({ burst: z.number().min(1), perSecond: z.number().positive() });
const quota = z.strictObject({ count: z.number().int().min(1), seconds: z.number().positive() });
const none = z.literal('none');

const identity = z.strictObject({
  name: text,
  kind: z.enum(['systemAssigned', 'userAssigned', 'servicePrincipal']),
  tenantId: uuid.optional(),
  clientId: uuid,
  objectId: uuid.optional(),
  resourceId: text.optional(),
  secret: text.optional(),
  secretExpired: z.boolean().default(false),
  certificate: text.optional(),
  federated: z.array(z.strictObject({ subject: text, issuer: text.optional() })).default([]),
  roles: z
    .array(z.strictObject({ role: text, scope: text.default('/'), actions: z.array(text).optional() }))
    .default([]),
});

const resource = z.strictObject({
  type: text,
  name: text,
  count: z.number().int().min(1).max(100_000).optional(),
  subscription: uuid.optional(),
  resourceGroup: text.optional(),
  region: text.optional(),
  kind: text.optional(),
  tags,
  properties: z.record(z.string(), z.unknown()).default({}),
  dimensions: z.record(z.string(), z.array(text)).default({}),
  metrics: z.array(metric).default([]),
});

const cell = z.union([z.string(), z.number(), z.boolean(), z.null(), z.strictObject({ generator })]);

const declaredQuery = z.strictObject({
  query: text.optional(),
  pattern: text.optional(),
  columns: z.array(z.strictObject({ name: text, type: text })).default([{ name: 'result', type: 'real' }]),
  rows: z.array(z.array(cell)).default([]),
  partialError: text.optional(),
  noContent: z.boolean().default(false),
});

/** The world file. Names follow Azure's; every member but `subscriptions` has a working default. */
export const worldSchema = z.strictObject({
  seed: z.number().int().default(1),
  tenants: z.array(z.strictObject({ id: uuid, name: text.default('Emulated tenant') })).min(1),
  regions: z.array(text).min(1).default(['westeurope']),
  identities: z.array(identity).default([]),
  subscriptions: z
    .array(
      z.strictObject({
        id: uuid,
        name: text.default('Emulated subscription'),
        tenantId: uuid.optional(),
        state: text.default('Enabled'),
        rateLimit: rate.optional(),
      }),
    )
    .min(1),
  resourceGroups: z
    .array(z.strictObject({ name: text, subscription: uuid.optional(), region: text.optional(), tags }))
    .min(1),
  resources: z.array(resource).default([]),
  metrics: z.record(z.string(), z.array(metric)).default({}),
  workspaces: z.array(z.strictObject({ resource: text, queries: z.array(declaredQuery).default([]) })).default([]),
  queues: z
    .array(
      z.strictObject({
        account: text,
        name: text,
        signature: text.optional(),
        messages: generator,
        oldestAge: generator.default({ kind: 'constant', value: 60 }),
      }),
    )
    .default([]),
  statuspages: z
    .array(
      z.strictObject({
        id: text,
        apiKey: text,
        metrics: z.array(text).default([]),
        requestsPerMinute: z.number().int().min(1).default(60),
      }),
    )
    .default([]),
  limits: z
    .strictObject({
      arm: z.union([rate, none]).default({ burst: 250, perSecond: 25 }),
      batch: z.union([rate, none]).default('none'),
      definitions: z.union([quota, none]).default({ count: 400, seconds: 300 }),
      resourceGraph: z.union([quota, none]).default({ count: 15, seconds: 5 }),
      logs: z.union([quota, none]).default({ count: 200, seconds: 30 }),
    })
    .prefault({}),
  variants: z
    .strictObject({
      missingInBatch: z.enum(['fail', 'empty']).default('fail'),
      newestNullBuckets: z.number().int().min(0).default(0),
      openBuckets: z.enum(['null', 'partial']).default('null'),
      idleSeries: z.enum(['omit', 'empty']).default('omit'),
      crossResourceTypes: z.array(text).optional(),
    })
    .prefault({}),
  tokens: z
    .strictObject({
      identitySeconds: z.number().int().min(1).default(86_399),
      clientSeconds: z.number().int().min(1).default(3_599),
    })
    .prefault({}),
});

/** The world file as written, defaults applied. */
export type WorldFile = z.infer<typeof worldSchema>;
export type MetricFile = z.infer<typeof metric>;

/** JSON Schema of the world file, for editors. */
export function worldJsonSchema(): unknown {
  return z.toJSONSchema(worldSchema, { io: 'input' });
}
