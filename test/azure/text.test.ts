import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readErrorBody } from '../../src/azure/error-body.ts';
import { clause, hostOf, scrub, tidy } from '../../src/azure/text.ts';

describe('scrub', () => {
  it.each([
    ['https://a.example/q?sv=1&sig=abc%2Bd%3D&x=1', 'https://a.example/q?sv=1&sig=***&x=1'],
    ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer ***'],
    ['token eyJhbGciOiJub25l.eyJhdWQiOiJl.c2ln end', 'token *** end'],
    ['client_id=a&client_secret=s3cr~t&scope=b', 'client_id=a&client_secret=***&scope=b'],
    ['{"access_token":"abc","expires_in":1}', '{"access_token":"***","expires_in":1}'],
  ])('%s', (text, expected) => {
    expect(scrub(text)).toBe(expected);
  });

  it('takes out a known secret in every spelling', () => {
    const secret = 'p+a/s=s&word';
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.constantFrom(secret, encodeURIComponent(secret)),
        (before, after, spelling) => {
          expect(scrub(before + spelling + after, [secret])).not.toContain(spelling);
        },
      ),
    );
  });
});

describe('tidy', () => {
  it('gives one short line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 10, max: 50 }), (text, max) => {
        const line = tidy(text, [], max);
        expect(line.length).toBeLessThanOrEqual(max);
        expect(line).not.toMatch(/[\r\n\t]/);
      }),
    );
  });
});

describe('small texts', () => {
  it('ends a clause without full stop', () => {
    expect(clause('It failed. ')).toBe('It failed');
  });

  it.each([
    ['https://localhost:8443/westeurope', 'localhost:8443'],
    ['https://management.azure.com', 'management.azure.com'],
    ['no url?sig=x', 'no url'],
  ])('host of %s', (url, host) => {
    expect(hostOf(url)).toBe(host);
  });
});

describe('readErrorBody', () => {
  it.each<[string, unknown]>([
    ['{"code":"A","message":"b"}', { kind: 'azure', code: 'A', message: 'b' }],
    ['{"error":{"code":"A","message":"b"}}', { kind: 'azure', code: 'A', message: 'b' }],
    [
      '{"error":{"code":"A","message":"b","details":[{"code":"C","message":"d"}]}}',
      { kind: 'azure', code: 'A', message: 'b d' },
    ],
    ['{"error":{"code":"A","message":"b","innerError":{"message":"e"}}}', { kind: 'azure', code: 'A', message: 'b e' }],
    ['{"error":"invalid_client","error_description":"b"}', { kind: 'azure', code: 'invalid_client', message: 'b' }],
    ['{"error":{"code":7,"message":null}}', { kind: 'page' }],
    ['<Error><Code>A</Code><Message>b\nTime:1</Message></Error>', { kind: 'azure', code: 'A', message: 'b' }],
    ['<html></html>', { kind: 'page' }],
    ['{"code":"A","mess', { kind: 'page' }],
    ['[1]', { kind: 'page' }],
    [' \n', { kind: 'empty' }],
  ])('%s', (body, expected) => {
    expect(readErrorBody(body)).toEqual(expected);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        expect(['azure', 'page', 'empty']).toContain(readErrorBody(body).kind);
      }),
    );
  });
});
