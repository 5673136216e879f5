import type { Request, RequestHandler, Response } from 'express';

/** What ASP.NET writes for objects. */
export const jsonText = 'application/json; charset=utf-8';

/** A JSON answer, ready to be sent. */
export interface JsonAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers JSON; who does not accept that gets 406, as from Promitor. */
export function json(answer: (request: Request, response: Response) => JsonAnswer): RequestHandler {
  return (request, response) => {
    if (request.accepts(['application/json', 'application/problem+json']) === false) {
      response.status(406).end();
      return;
    }
    const { status, contentType, headers = {}, body } = answer(request, response);
    // `end` keeps the content type as it is; `send` would add a charset that Promitor does not always write.
    response.status(status).set(headers).setHeader('Content-Type', contentType);
    response.setHeader('Content-Length', Buffer.byteLength(body));
    response.end(request.method === 'HEAD' ? '' : body);
  };
}

/** Value of a query parameter: names compare without case as in ASP.NET, of a repeated one the first counts. */
export function parameter(query: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const [, value] = Object.entries(query).find(([key]) => key.toLowerCase() === name.toLowerCase()) ?? [];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : undefined;
}
