import { Router } from 'express';
import type { HealthReport } from '../promitor/ports.ts';
import { json, jsonText, parameter } from './json.ts';

/** What the routes of Promitor's scraper show. */
export interface PromitorApi {
  readonly version: string;
  /** The report with all entries. */
  readonly health: () => HealthReport;
  /** The runtime configuration in force, secrets hidden. */
  readonly runtime: () => unknown;
  /** The metrics in force, secrets hidden. */
  readonly metricDeclaration: () => unknown;
}

const withoutDependencies: HealthReport = { entries: {}, status: 'Healthy', totalDuration: '00:00:00' };

/** Routes of Promitor's scraper, answered from memory. */
export function promitorRoutes(api: PromitorApi): Router {
  const router = Router();
  router.get(
    '/api/v1/health',
    json(({ query }) => {
      const bare = parameter(query, 'includeDependencies')?.toLowerCase() === 'false';
      const report = bare ? withoutDependencies : api.health();
      return {
        status: report.status === 'Healthy' ? 200 : 503,
        contentType: jsonText,
        headers: { 'Cache-Control': 'no-store' },
        body: JSON.stringify(report),
      };
    }),
  );
  router.get(
    '/api/v1/system',
    shown(jsonText, () => ({ version: api.version })),
  );
  router.get('/api/v1/configuration/runtime', shown(jsonText, api.runtime));
  router.get('/api/v1/configuration/metric-declaration', shown('application/json', api.metricDeclaration));
  return router;
}

function shown(contentType: string, value: () => unknown) {
  return json(() => ({ status: 200, contentType, body: JSON.stringify(value()) }));
}
