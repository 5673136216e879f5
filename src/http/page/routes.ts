import { type Request, type RequestHandler, Router } from 'express';
import type { PageQuery, SeriesOutcome, SeriesQuery, StatusSource } from '../../status/ports.ts';
import type { Html } from '../html.ts';
import { assets } from './assets.ts';
import { explainContent, longestSelector } from './explanation.ts';
import { document, type Site } from './layout.ts';
import { groupsContent, longestText, metricsContent, problemsContent, seriesContent } from './lists.ts';
import { overviewContent } from './overview.ts';
import { paths } from './paths.ts';
import { outcomes } from './words.ts';

/** Nothing but the page's own files; no inline script or style, no frame, no form to elsewhere. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The status page, its lists, and the same as JSON. Everything comes from memory; nothing here asks Azure. */
export function statusRoutes(source: StatusSource, site: Site, now: () => number): Router {
  const router = Router();
  const page = (path: string, title: string, content: (request: Request) => Html | Promise<Html>): void => {
    router.get(path, send(site, path, title, content));
  };

  page(paths.overview, 'Status', () => overviewContent(source.overview()));
  page(paths.problems, 'Problems', (request) => {
    const query = pageQuery(request);
    return problemsContent(source.problems(query), query, now());
  });
  page(paths.metrics, 'Metrics', (request) => {
    const query = pageQuery(request);
    return metricsContent(source.metrics(query), query, now());
  });
  page(paths.series, 'Series', async (request) => {
    const query = seriesQuery(request);
    return seriesContent(await source.series(query), query, now());
  });
  page(paths.groups, 'Query groups', async (request) => {
    const query = pageQuery(request);
    return groupsContent(await source.groups(query), query);
  });
  page(paths.explain, 'Explain a series', (request) => {
    const selector = text(request, 'selector', longestSelector).trim();
    return explainContent(selector, selector === '' ? undefined : source.explain(selector), now());
  });

  router.get('/-/assets/:file', (request, response, next) => {
    const asset = assets.find(({ path }) => path === request.path);
    if (asset === undefined) {
      next();
      return;
    }
    response.set('Cache-Control', 'private, max-age=31536000, immutable').type(asset.type).end(asset.body);
  });
  router.get('/api/v1/status', (_request, response) => {
    response.set('Cache-Control', 'no-store').json(source.overview());
  });
  router.get('/api/v1/series', async (request, response) => {
    response.set('Cache-Control', 'no-store').json(await source.series(seriesQuery(request)));
  });
  return router;
}

function send(
  site: Site,
  path: string,
  title: string,
  content: (request: Request) => Html | Promise<Html>,
): RequestHandler {
  return async (request, response) => {
    const body = Buffer.from(document(site, path, title, await content(request)));
    response.set({ 'Cache-Control': 'no-store', 'Content-Security-Policy': contentSecurityPolicy });
    response.type('html').send(body);
  };
}

/** A parameter of the query; one that is missing, doubled or too long counts as empty. */
function text(request: Request, name: string, longest: number): string {
  const given = request.query[name];
  return typeof given === 'string' && given.length <= longest ? given : '';
}

function pageQuery(request: Request): PageQuery {
  const page = Number(text(request, 'page', 9));
  return { page: Number.isInteger(page) && page > 0 ? page : 1, text: text(request, 'q', longestText).trim() };
}

function seriesQuery(request: Request): SeriesQuery {
  const outcome = text(request, 'outcome', longestText);
  return {
    ...pageQuery(request),
    metric: text(request, 'metric', longestText).trim(),
    outcome: isOutcome(outcome) ? outcome : '',
  };
}

function isOutcome(outcome: string): outcome is SeriesOutcome {
  return Object.hasOwn(outcomes, outcome);
}
