import { describe, expect, it } from 'vitest';
import type { RawAnswer } from '../../src/azure/answer.ts';
import { connectionFailure, failureWord, statusFailure } from '../../src/azure/failures.ts';
import type { AzureApi } from '../../src/azure/ports.ts';
import { BrokenAnswer } from '../../src/azure/transport.ts';

const answer = (status: number, body: unknown, headers: Record<string, string> = {}): RawAnswer => ({
  status,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  header: (name) => headers[name],
});
const place = (api: AzureApi, secrets: string[] = []) => ({ api, host: 'management.azure.com', secrets, nowMs: 0 });
const plain = (code: string, message: string) => ({ code, message });
const wrapped = (code: string, message: string, more: object = {}) => ({ error: { code, message, ...more } });
const storage = (code: string) =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>why\nRequestId:1</Message></Error>`;
const page = '<html><head><title>502 Bad Gateway</title></head></html>';

const rows: readonly [string, AzureApi, RawAnswer, string, 'retry' | 'failed', string][] = [
  [
    'unknown metric',
    'metrics',
    answer(400, plain('BadRequest', 'Failed to find metric configuration')),
    'AZ3400',
    'failed',
    'answered 400 BadRequest "Failed to find metric configuration"; check metric names',
  ],
  [
    'interval',
    'metrics',
    answer(400, plain('BadRequest', 'Invalid time grain duration: PT2M')),
    'AZ3400',
    'failed',
    'PT2M',
  ],
  [
    'no region',
    'subscription',
    answer(400, wrapped('BadRequest', 'Missing required region params')),
    'AZ3400',
    'failed',
    'Missing required region params',
  ],
  [
    'no token',
    'metrics',
    answer(401, wrapped('AuthenticationFailed', 'Header is missing.')),
    'AZ3401',
    'failed',
    'check tenantId and the identity.',
  ],
  [
    'batch without role',
    'batch',
    answer(401, wrapped('Unauthorized', 'no read permission')),
    'AZ3401',
    'failed',
    'Monitoring Reader on the subscription',
  ],
  [
    'missing role',
    'metrics',
    answer(403, wrapped('AuthorizationFailed', 'no authorization')),
    'AZ3403',
    'failed',
    'assign the role Monitoring Reader',
  ],
  [
    'not registered',
    'batch',
    answer(403, wrapped('Forbidden', 'not registered')),
    'AZ3403',
    'failed',
    'not registered',
  ],
  [
    'resource gone',
    'metrics',
    answer(404, wrapped('ResourceNotFound', 'was not found')),
    'AZ3404',
    'failed',
    'remove the resource',
  ],
  [
    'group gone',
    'metrics',
    answer(404, wrapped('ResourceGroupNotFound', 'gone')),
    'AZ3404',
    'failed',
    'ResourceGroupNotFound',
  ],
  [
    'subscription gone',
    'definitions',
    answer(404, wrapped('SubscriptionNotFound', 'gone')),
    'AZ3404',
    'failed',
    'SubscriptionNotFound',
  ],
  [
    'other 404',
    'metrics',
    answer(404, wrapped('InvalidResourceType', 'no such type')),
    'AZ3400',
    'failed',
    'InvalidResourceType',
  ],
  [
    '404 of a gateway',
    'metrics',
    answer(404, page),
    'AZ3004',
    'retry',
    'answered 404 with a page that is not an answer of Azure',
  ],
  ['404 of nobody', 'metrics', answer(404, ''), 'AZ3004', 'retry', 'answered 404 without an explanation'],
  [
    '404 of an API gateway',
    'metrics',
    answer(404, { statusCode: 404, message: 'Resource not found' }),
    'AZ3004',
    'retry',
    'answered 404',
  ],
  ['403 of a proxy', 'metrics', answer(403, page), 'AZ3004', 'retry', 'answered 403 with a page'],
  ['proxy sign-in', 'metrics', answer(407, page), 'AZ3002', 'retry', 'HTTPS_PROXY'],
  [
    'definitions limit',
    'definitions',
    answer(429, wrapped('ResourceRequestsThrottled', 'too many'), { 'retry-after': '212' }),
    'AZ3429',
    'retry',
    'asks to wait 212 s',
  ],
  ['throttled', 'metrics', answer(429, wrapped('TooManyRequests', 'throttled')), 'AZ3429', 'retry', 'spread the calls'],
  ['back end busy', 'metrics', answer(529, plain('Throttled', 'throttling')), 'AZ3429', 'retry', '529 Throttled'],
  ['batch back end busy', 'batch', answer(529, wrapped('Throttled', 'throttling')), 'AZ3429', 'retry', '529 Throttled'],
  [
    'internal error',
    'batch',
    answer(500, wrapped('InternalServerError', 'Detected Internal Error.')),
    'AZ3500',
    'retry',
    '"Detected Internal Error"; nothing to mend',
  ],
  ['gateway', 'metrics', answer(502, page), 'AZ3500', 'retry', 'answered 502 with a page'],
  ['late', 'metrics', answer(408, wrapped('RequestTimeout', 'late')), 'AZ3500', 'retry', '408'],
  ['conflict', 'metrics', answer(409, wrapped('MissingSubscriptionRegistration', 'x')), 'AZ3400', 'failed', '409'],
  [
    'bad query',
    'logs',
    answer(
      400,
      wrapped('BadArgumentError', 'invalid properties', {
        innererror: {
          code: 'SyntaxError',
          message: 'recognition',
          innererror: { code: 'SYN0002', message: `could not be parsed at 'whre'` },
        },
      }),
    ),
    'AZ3400',
    'failed',
    `"invalid properties could not be parsed at 'whre'"; check the query`,
  ],
  [
    'logs without role',
    'logs',
    answer(403, wrapped('InsufficientAccessError', 'insufficient')),
    'AZ3403',
    'failed',
    'Log Analytics Reader',
  ],
  ['logs path', 'logs', answer(404, wrapped('PathNotFoundError', 'no path')), 'AZ3400', 'failed', 'workspaceId'],
  [
    'logs limit',
    'logs',
    answer(429, wrapped('ThrottledError', 'Too many requests'), { 'retry-after': '30' }),
    'AZ3429',
    'retry',
    'run the queries less often',
  ],
  [
    'logs too slow',
    'logs',
    answer(504, wrapped('GatewayTimeout', 'Gateway timeout')),
    'AZ3500',
    'retry',
    '504 GatewayTimeout',
  ],
  [
    'no queue',
    'queue',
    answer(404, storage('QueueNotFound')),
    'AZ3013',
    'failed',
    '404 QueueNotFound "why"; check accountName and queueName',
  ],
  [
    'no queue, header only',
    'queue',
    answer(404, '', { 'x-ms-error-code': 'QueueNotFound' }),
    'AZ3013',
    'failed',
    'QueueNotFound',
  ],
  ['SAS refused', 'queue', answer(403, storage('AuthenticationFailed')), 'AZ3403', 'failed', 'SAS token has expired'],
];

describe('status failures', () => {
  it.each(rows)('%s', (_name, api, raw, code, kind, words) => {
    const failure = statusFailure(raw, place(api));
    expect(failure).toMatchObject({ kind, error: { code, status: raw.status } });
    expect(failure.error.message).toContain(words);
    expect(failure.error.message).toMatch(/^management\.azure\.com answered \d{3}.*\.$/);
    expect(failure.error.message).not.toContain('<html');
  });

  it('keeps the wait and the id of the request', () => {
    const headers = { 'retry-after': '7', 'x-ms-request-id': 'r-1' };
    const failure = statusFailure(
      answer(429, wrapped('SubscriptionRequestsThrottled', 'x'), headers),
      place('metrics'),
    );
    expect(failure.error).toMatchObject({ retryAfterMs: 7_000, requestId: 'r-1' });
  });

  it('does not promise a wait where waiting does not help', () => {
    const failure = statusFailure(
      answer(403, wrapped('AuthorizationFailed', 'x'), { 'retry-after': '7' }),
      place('metrics'),
    );
    expect(failure.error.retryAfterMs).toBeUndefined();
    expect(failure.error.message).not.toContain('wait');
  });

  it('cuts long texts to one short line and takes secrets out', () => {
    const text = `first\r\nline hidden-value ${'x'.repeat(5_000)}`;
    const { message } = statusFailure(answer(400, plain('BadRequest', text)), place('metrics', ['hidden-value'])).error;
    expect(message).toContain('"first line *** xxx');
    expect(message.length).toBeLessThan(500);
  });
});

describe('connection failures', () => {
  const system = (code: string): Error => Object.assign(new Error('secret text of the system'), { code });
  it.each(
    `UNABLE_TO_VERIFY_LEAF_SIGNATURE SELF_SIGNED_CERT_IN_CHAIN DEPTH_ZERO_SELF_SIGNED_CERT UNABLE_TO_GET_ISSUER_CERT
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY CERT_HAS_EXPIRED CERT_NOT_YET_VALID CERT_UNTRUSTED CERT_REVOKED INVALID_CA
    ERR_TLS_CERT_ALTNAME_INVALID HOSTNAME_MISMATCH`.split(/\s+/),
  )('certificate: %s', (code) => {
    expect(connectionFailure(system(code), { host: 'h' })).toMatchObject({
      kind: 'retry',
      error: { code: 'AZ3003', message: expect.stringContaining(`The certificate of h is not trusted (${code})`) },
    });
    expect(failureWord(system(code), undefined)).toBe('certificate');
  });

  it.each(
    'ENOTFOUND EAI_AGAIN ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT EHOSTUNREACH ENETUNREACH EPROTO ERR_SSL_WRONG_VERSION_NUMBER EADDRNOTAVAIL'.split(
      ' ',
    ),
  )('network: %s', (code) => {
    const failure = connectionFailure(system(code), { host: 'h' });
    expect(failure).toMatchObject({ kind: 'retry', error: { code: 'AZ3002' } });
    expect(failure?.error.message).toMatch(new RegExp(`^h could not be reached: .+ \\(${code}\\)`));
    expect(failure?.error.message).not.toContain('secret text');
    expect(failureWord(system(code), undefined)).toBe('network');
  });

  it('knows an answer that broke off', () => {
    expect(connectionFailure(new BrokenAnswer(200, 12, null), { host: 'h' })?.error).toMatchObject({
      code: 'AZ3004',
      status: 200,
      message: expect.stringContaining('broke off after 12 bytes'),
    });
  });

  it.each([new Error('plain'), system('ERR_INVALID_ARG_TYPE'), 'text', null, undefined])(
    'is nothing else: %s',
    (cause) => {
      expect(connectionFailure(cause, { host: 'h' })).toBeUndefined();
    },
  );
});
