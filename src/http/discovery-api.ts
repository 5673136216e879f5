import { type RequestHandler, Router } from 'express';
import type { ApiAnswer, DiscoveryApi, PageQuery } from '../discovery/agent/ports.ts';

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

/** Every answer is JSON; who does not accept that gets 406, as from Promitor. */
function answer(ask: (group: string, query: PageQuery) => ApiAnswer): RequestHandler {
  return (request, response) => {
    if (request.accepts(['application/json', 'application/problem+json']) === false) {
      response.status(406).end();
      return;
    }
    const { group } = request.params;
    const { status, contentType, headers, body } = ask(
      typeof group === 'string' ? group : '',
      pageQuery(request.query),
    );
    // `end` keeps the content type as it is; `send` would add a charset that Promitor does not write.
    response.status(status).set(headers).setHeader('Content-Type', contentType);
    response.setHeader('Content-Length', Buffer.byteLength(body));
    response.end(request.method === 'HEAD' ? '' : body);
  };
}

/** Names of query parameters compare without case in ASP.NET; of a repeated one the first counts. */
function pageQuery(query: Readonly<Record<string, unknown>>): PageQuery {
  const given = (name: string): string | undefined => {
    const [, value] = Object.entries(query).find(([key]) => key.toLowerCase() === name.toLowerCase()) ?? [];
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return typeof first === 'string' ? first : undefined;
  };
  const [pageSize, currentPage] = [given('pageSize'), given('currentPage')];
  return {
    ...(pageSize === undefined ? {} : { pageSize }),
    ...(currentPage === undefined ? {} : { currentPage }),
  };
}
