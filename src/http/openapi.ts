import { everywhere, type ParameterRow, type ResponseRow, type RouteRow } from './routes.ts';
import { schemas } from './schemas.ts';

const correlationHeaders = {
  'X-Version': { description: 'Version of Azimuth.', schema: { type: 'string' } },
  'X-Transaction-Id': { description: 'The id of the request, or a new one.', schema: { type: 'string' } },
  RequestId: { description: 'Id of this answer.', schema: { type: 'string' } },
};

/** Statuses of {@link everywhere} that a route of the document can come to; the others are about other paths. */
const common: ReadonlySet<number> = new Set([401, 429, 500]);

/** The routes as an OpenAPI 3.0 document. `server` is the base URL that readers see. */
export function openApiDocument(routes: readonly RouteRow[], version: string, server: string) {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const operations = paths[route.path] ?? {};
    operations[route.method] = operation(route);
    paths[route.path] = operations;
  }
  return {
    openapi: '3.0.3',
    info: {
      title: 'Azimuth',
      description: 'Azure Monitor metrics for Prometheus: operations, configuration and resource discovery.',
      version,
    },
    servers: [{ url: server }],
    paths,
    components: {
      schemas,
      securitySchemes: { password: { type: 'http', scheme: 'basic' } },
    },
    // Either a password or none, as server.webConfigFile says.
    security: [{}, { password: [] }],
  };
}

function operation({ operationId, tag, summary, parameters = [], responses }: RouteRow) {
  const transaction = { name: 'X-Transaction-Id', in: 'header', required: false, schema: { type: 'string' } };
  const shared = Object.entries(everywhere).filter(([status]) => common.has(Number(status)));
  const all = [...Object.entries(responses), ...shared];
  return {
    operationId,
    tags: [tag],
    summary,
    parameters: [...parameters.map(parameterObject), transaction],
    responses: Object.fromEntries(all.map(([status, row]) => [status, responseObject(row)])),
  };
}

function parameterObject({ name, in: place, type, meaning, default: fallback }: ParameterRow) {
  return {
    name,
    in: place,
    required: place === 'path',
    description: meaning,
    schema: { type, ...(fallback === undefined ? {} : { default: fallback }) },
  };
}

function responseObject({ meaning, type, schema }: ResponseRow) {
  const body = schema === undefined ? { type: 'string' } : { $ref: `#/components/schemas/${schema}` };
  return {
    description: meaning,
    headers: correlationHeaders,
    ...(type === undefined ? {} : { content: { [type]: { schema: body } } }),
  };
}
