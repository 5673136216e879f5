import { json, type Reply } from '../http/reply.ts';
import { jsonObject, type Request } from '../http/request.ts';
import { parseTime } from '../iso-time.ts';
import { parseWorld } from '../world/parse.ts';
import type { Control } from './control.ts';
import { parseFault } from './faults.ts';

/** The control port: calls, faults, world and time over plain http, and the certificate authority at `/ca.pem`. */
export function answerControl(request: Request, control: Control, caPem: string): Reply {
  const path = request.segments.join('/');
  const [, kind, id] = request.segments;
  if (path === 'ca.pem' && request.method === 'GET') {
    return { status: 200, headers: { 'content-type': 'application/x-pem-file' }, body: caPem };
  }
  switch (`${request.method} ${kind ?? ''}`) {
    case 'GET calls':
      return json(200, control.calls());
    case 'DELETE calls':
      control.clearCalls();
      return empty;
    case 'GET received':
      return json(200, { samples: control.received() });
    case 'DELETE received':
      control.clearReceived();
      return empty;
    case 'POST faults':
      return addFault(request, control);
    case 'DELETE faults':
      return control.removeFault(id) || id === undefined ? empty : problem(404, [`There is no fault ${id}.`]);
    case 'PUT world':
      return putWorld(request, control);
    case 'GET time':
      return json(200, control.time());
    case 'POST time':
      return postTime(request, control);
    default:
      return problem(404, [
        `There is nothing at ${request.method} /${path}; see the control routes in docs/emulator.md.`,
      ]);
  }
}

const empty: Reply = { status: 204, headers: {}, body: '' };

function problem(status: number, problems: readonly string[]): Reply {
  return json(status, { problems });
}

function addFault(request: Request, control: Control): Reply {
  const value = jsonObject(request.body);
  const parsed = value === undefined ? { problems: ['The body must be a JSON object.'] } : parseFault(value);
  return 'problems' in parsed ? problem(400, parsed.problems) : json(201, { id: control.addFault(parsed.rule) });
}

function putWorld(request: Request, control: Control): Reply {
  const parsed = parseWorld(request.body);
  if ('problems' in parsed) return problem(400, parsed.problems);
  control.setWorld(parsed.world);
  return empty;
}

function postTime(request: Request, control: Control): Reply {
  const { set, rate, pause, ...others } = jsonObject(request.body) ?? { body: 'not JSON' };
  const setMs = typeof set === 'string' ? parseTime(set) : set;
  const problems = Object.keys(others).map((name) => `${name}: there is no such key; use set, rate and pause.`);
  if (set !== undefined && typeof setMs !== 'number') problems.push('set: write an ISO 8601 time or milliseconds.');
  if (rate !== undefined && (typeof rate !== 'number' || rate < 0)) problems.push('rate: write a number from 0.');
  if (pause !== undefined && typeof pause !== 'boolean') problems.push('pause: write true or false.');
  if (problems.length > 0) return problem(400, problems);
  control.setTime({
    ...(typeof setMs === 'number' ? { setMs } : {}),
    ...(typeof rate === 'number' ? { rate } : {}),
    ...(typeof pause === 'boolean' ? { pause } : {}),
  });
  return json(200, control.time());
}
