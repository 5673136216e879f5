import { type Request, Router } from 'express';
import { docsPage, docsPagePolicy } from './docs-page.ts';
import { json, jsonText } from './json.ts';
import { openApiDocument } from './openapi.ts';
import { routeTable } from './routes.ts';

/** The API about itself: as an OpenAPI document for programs and as a page for people. */
export function docsRoutes(version: string, metricsPath: string | undefined): Router {
  const routes = routeTable(metricsPath);
  const router = Router();
  const document = json((request) => ({
    status: 200,
    contentType: jsonText,
    body: JSON.stringify(openApiDocument(routes, version, serverUrl(request))),
  }));
  router.get('/api/v1/openapi.json', document);
  router.get('/api/v1/docs.json', document);
  router.get('/api/docs', (_request, response) => {
    // Relative to the path that the browser asked for, which a proxy may have prefixed.
    response.redirect(301, 'docs/index.html');
  });
  router.get('/api/docs/index.html', (_request, response) => {
    response.set('Content-Security-Policy', docsPagePolicy).type('html').send(docsPage(routes, version));
  });
  return router;
}

/** Base URL as a proxy in front tells it, else the server itself. */
function serverUrl(request: Request): string {
  const host = wellFormed(request.get('X-Forwarded-Host'), /^[\w.:[\]-]{1,255}$/);
  const prefix = wellFormed(request.get('X-Forwarded-Prefix'), /^\/[\w./~-]{0,255}$/) ?? '';
  const scheme = wellFormed(request.get('X-Forwarded-Proto'), /^https?$/) ?? request.protocol;
  if (host === undefined) return prefix === '' ? '/' : prefix;
  return `${scheme}://${host}${prefix.replace(/\/$/, '')}`;
}

function wellFormed(value: string | undefined, form: RegExp): string | undefined {
  return value !== undefined && form.test(value) ? value : undefined;
}
