import { createHash, createPrivateKey, sign, X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeJwt } from '../../src/emulator/identity/tokens.ts';
import { createFakeClock } from '../fakes/clock.ts';
import { type Answer, type Bench, demoText, principal, startBench, startMs, tenant, worldOf } from './support.ts';

const exporter = '5e8a2f90-13c7-4db4-a6f2-91b7c0d4e835';
const certified = 'aaaaaaaa-0000-4000-8000-000000000001';
const late = 'aaaaaaaa-0000-4000-8000-000000000002';
let bench: Bench;
let certificate: { cert: string; private: string };

beforeAll(async () => {
  certificate = await generate([{ name: 'commonName', value: 'certified' }], { algorithm: 'sha256', keySize: 2048 });
  const more = `identities:
  - { name: certified, kind: servicePrincipal, clientId: ${certified}, certificate: ${JSON.stringify(certificate.cert)} }
  - { name: late, kind: servicePrincipal, clientId: ${late}, secret: old, secretExpired: true }
`;
  bench = await startBench({
    world: worldOf(demoText.replace('identities:\n', more)),
    clock: createFakeClock(startMs),
  });
});
afterAll(() => bench.close());

describe('instance metadata service', () => {
  const resource = encodeURIComponent('https://management.azure.com/');
  const ask = (query: string, headers: Record<string, string> = { Metadata: 'true' }): Promise<Answer> =>
    bench.plain(`${bench.emulator.urls.identity}/metadata/identity/oauth2/token${query}`, { headers });

  it('gives a token of the system-assigned identity, with and without a trailing slash', async () => {
    for (const slash of ['', '/']) {
      const body = (await ask(`${slash}?api-version=2018-02-01&resource=${resource}`)).json();
      const seconds = startMs / 1_000;
      expect(body).toEqual({
        access_token: expect.any(String),
        client_id: '2f6d0c51-94be-4a3e-8d17-c05b6a91e742',
        expires_in: '86399',
        expires_on: String(seconds + 86_399),
        ext_expires_in: '86399',
        not_before: String(seconds - 300),
        resource: 'https://management.azure.com/',
        token_type: 'Bearer',
      });
      expect(decodeJwt(String(body['access_token']))).toMatchObject({
        aud: 'https://management.azure.com',
        tid: tenant,
        appid: body['client_id'],
        exp: seconds + 86_399,
      });
    }
  });

  it.each([
    'client_id=5e8a2f90-13c7-4db4-a6f2-91b7c0d4e835',
    'object_id=f4d6b1a3-88e2-47c9-b05d-2e7a19c36f80',
    'msi_res_id=%2Fsubscriptions%2F0c9f1d52-7a41-4f0e-9b36-5d2f8e61a7c4%2FresourceGroups%2Frg-shop-weu%2Fproviders%2FMicrosoft.ManagedIdentity%2FuserAssignedIdentities%2Fid-exporter',
  ])('selects a user-assigned identity by %s', async (selector) => {
    const answer = await ask(`?api-version=2018-02-01&resource=${resource}&${selector}`);
    expect(answer.json()['client_id']).toBe(exporter);
  });

  it.each<[string, Record<string, string>, string, string]>([
    [`?api-version=2018-02-01&resource=${resource}`, {}, 'invalid_request', 'Required metadata header not specified'],
    [
      `?api-version=2018-02-01&resource=${resource}&client_id=${tenant}`,
      { Metadata: 'true' },
      'invalid_request',
      'Identity not found',
    ],
    ['?api-version=2018-02-01', { Metadata: 'true' }, 'invalid_request', 'Required query variable resource is missing'],
    [
      `?resource=${resource}`,
      { Metadata: 'true' },
      'invalid_request',
      'Required query variable api-version is missing',
    ],
    [
      '?api-version=2018-02-01&resource=thing',
      { Metadata: 'true' },
      'invalid_resource',
      'AADSTS500011: The resource principal named thing was not found.',
    ],
  ])('refuses %s', async (query, headers, error, description) => {
    const answer = await ask(query, headers);
    expect([answer.status, answer.json()]).toEqual([400, { error, error_description: description }]);
  });

  it('has the App Service and the Cloud Shell form', async () => {
    const url = `${bench.emulator.urls.identity}/MSI/token`;
    const app = await bench.plain(`${url}?api-version=2019-08-01&resource=${resource}&client_id=${exporter}`, {
      headers: { 'X-IDENTITY-HEADER': 'x' },
    });
    expect(app.json()).toMatchObject({ client_id: exporter, token_type: 'Bearer' });
    const shell = await bench.plain(url, {
      method: 'POST',
      headers: { Metadata: 'true' },
      body: `resource=${resource}`,
    });
    expect(shell.json()).toMatchObject({ resource: 'https://management.azure.com/', token_type: 'Bearer' });
    expect((await bench.plain(`${url}?resource=${resource}`)).status).toBe(401);
  });
});

describe('authority', () => {
  const ask = (form: Record<string, string>, authority = tenant): Promise<Answer> =>
    bench.plain(`${bench.emulator.urls.authority}/${authority}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        scope: 'https://management.azure.com/.default',
        ...form,
      }).toString(),
    });
  const assertion = (claims: object, header: object = {}): string =>
    `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
  const error = async (answer: Promise<Answer>): Promise<unknown> => {
    const { status, json } = await answer;
    const body = json();
    expect(body['error_description']).toMatch(
      new RegExp(`^AADSTS${String((body['error_codes'] as number[])[0])}: .*Trace ID: `),
    );
    return [status, body['error'], body['error_codes']];
  };

  it('gives a token for a secret', async () => {
    const body = (await ask({ client_id: principal, client_secret: 'demo-secret' })).json();
    expect(body).toEqual({
      token_type: 'Bearer',
      expires_in: 3_599,
      ext_expires_in: 3_599,
      access_token: expect.any(String),
    });
    expect(decodeJwt(String(body['access_token']))).toMatchObject({
      aud: 'https://management.azure.com',
      appid: principal,
    });
  });

  it('gives a longer one for a federated assertion', async () => {
    const subject = assertion({ sub: 'system:serviceaccount:monitoring:azimuth', exp: startMs / 1_000 + 60 });
    const body = (await ask({ client_id: exporter, client_assertion: subject })).json();
    expect(body).toMatchObject({ expires_in: 86_399, refresh_in: 43_199 });
  });

  it('gives one for an assertion that a registered certificate signed, and for no other', async () => {
    const thumbprint = createHash('sha256').update(new X509Certificate(certificate.cert).raw).digest('base64url');
    const unsigned = assertion(
      { iss: certified, sub: certified, exp: startMs / 1_000 + 60 },
      { alg: 'RS256', 'x5t#S256': thumbprint },
    ).slice(0, -2);
    const signature = sign('sha256', Buffer.from(unsigned), createPrivateKey(certificate.private)).toString(
      'base64url',
    );
    const signed = await ask({ client_id: certified, client_assertion: `${unsigned}.${signature}` });
    expect(signed.status).toBe(200);
    const anonymous = assertion({ iss: certified, exp: startMs / 1_000 + 60 }, { alg: 'RS256' }).slice(0, -2);
    const good = sign('sha256', Buffer.from(anonymous), createPrivateKey(certificate.private)).toString('base64url');
    const unnamed = ask({ client_id: certified, client_assertion: `${anonymous}.${good}` });
    expect(await error(unnamed)).toEqual([401, 'invalid_client', [700027]]);
    const forged = ask({
      client_id: certified,
      client_assertion: `${unsigned}.${Buffer.from('no').toString('base64url')}`,
    });
    expect(await error(forged)).toEqual([401, 'invalid_client', [700027]]);
  });

  it("refuses with Entra's codes", async () => {
    expect(await error(ask({ client_id: principal, client_secret: 'wrong' }))).toEqual([
      401,
      'invalid_client',
      [7000215],
    ]);
    expect(await error(ask({ client_id: late, client_secret: 'old' }))).toEqual([401, 'invalid_client', [7000222]]);
    expect(await error(ask({ client_id: tenant }))).toEqual([400, 'unauthorized_client', [700016]]);
    expect(await error(ask({ client_id: principal }, 'common'))).toEqual([400, 'invalid_request', [90002]]);
    expect(await error(ask({ client_id: principal, grant_type: 'password' }))).toEqual([
      400,
      'unsupported_grant_type',
      [70003],
    ]);
    const wrong = assertion({ sub: 'system:serviceaccount:default:other', exp: startMs / 1_000 + 60 });
    expect(await error(ask({ client_id: exporter, client_assertion: wrong }))).toEqual([
      401,
      'invalid_client',
      [700213],
    ]);
    const old = assertion({ sub: 'system:serviceaccount:monitoring:azimuth', exp: startMs / 1_000 - 60 });
    expect(await error(ask({ client_id: exporter, client_assertion: old }))).toEqual([401, 'invalid_client', [700024]]);
  });

  it('describes itself', async () => {
    const origin = bench.emulator.urls.authority;
    const document = await bench.plain(`${origin}/${tenant}/v2.0/.well-known/openid-configuration`);
    expect(document.json()).toMatchObject({
      token_endpoint: `${origin}/${tenant}/oauth2/v2.0/token`,
      authorization_endpoint: `${origin}/${tenant}/oauth2/v2.0/authorize`,
      device_authorization_endpoint: `${origin}/${tenant}/oauth2/v2.0/devicecode`,
      issuer: `${origin}/${tenant}/v2.0`,
      jwks_uri: `${origin}/${tenant}/discovery/v2.0/keys`,
    });
    const adfs = await bench.plain(`${origin}/adfs/.well-known/openid-configuration`);
    expect(adfs.json()).toMatchObject({ token_endpoint: `${origin}/adfs/oauth2/token` });
    const token = await bench.plain(`${origin}/adfs/oauth2/token`, {
      method: 'POST',
      body: `grant_type=client_credentials&client_id=${principal}&client_secret=demo-secret&resource=https://management.azure.com`,
    });
    expect(token.json()).toMatchObject({ token_type: 'Bearer', resource: 'https://management.azure.com' });
    const instances = await bench.plain(`${origin}/common/discovery/instance?api-version=1.1`);
    expect(instances.json()).toMatchObject({ metadata: [{ aliases: [new URL(origin).host] }] });
  });
});
