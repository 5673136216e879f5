import { type RequestHandler, Router } from 'express';
import type { ApiAnswer, DiscoveryApi, PageQuery } from '../discovery/agent/ports.ts';
import { json, parameter } from './json.ts';

/** Routes of Promitor's discovery agent, so that its scrapers can use Azimuth in its place. */
export function discoveryRoutes(api: DiscoveryApi): Router {
  const router = Router();
  router.get(
    '/api/v1/resources/groups',
    answer(() => api.groups()),
  );
  router.get(
    '/api/v1/resources/groups/:group/discover',
    answer((group, query) => api.list(group, query)),
  );
  router.get(
    '/api/v2/resources/groups/:group/discover',
    answer((group, query) => api.page(group, query)),
  );
  return router;
}

function answer(ask: (group: string, query: PageQuery) => ApiAnswer): RequestHandler {
  return json(({ params: { group }, query }) => ask(typeof group === 'string' ? group : '', pageQuery(query)));
}

function pageQuery(query: Readonly<Record<string, unknown>>): PageQuery {
  const [pageSize, currentPage] = [parameter(query, 'pageSize'), parameter(query, 'currentPage')];
  return {
    ...(pageSize === undefined ? {} : { pageSize }),
    ...(currentPage === undefined ? {} : { currentPage }),
  };
}
