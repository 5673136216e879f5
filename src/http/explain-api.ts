import type { RequestHandler } from 'express';
import type { StatusSource } from '../status/ports.ts';
import { longestSelector } from './page/explanation.ts';

/** `GET /api/v1/explain?selector=…`: why series show what they show, from what is in memory. */
export function explainRoute(source: Pick<StatusSource, 'explain'>): RequestHandler {
  return (request, response) => {
    const { selector } = request.query;
    const answer =
      typeof selector === 'string' && selector.length <= longestSelector
        ? source.explain(selector)
        : { problem: 'Name the series: ?selector=name{label="value"}, at most 2000 characters.' };
    response.set('Cache-Control', 'no-store');
    if ('problem' in answer) response.status(400).json({ problem: answer.problem });
    else response.json(answer);
  };
}
