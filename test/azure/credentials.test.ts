import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AuthenticationConfig } from '../../src/core/runtime-config.ts';
import { secret } from '../../src/core/secret.ts';
import {
  connect,
  type FakeAzure,
  type Harness,
  marks,
  startFakeAzure,
  startIdentityEndpoint,
  tenantId,
} from './fake-azure.ts';

const clientId = '5e8a2f90-13c7-4db4-a6f2-91b7c0d4e835';
const signal = new AbortController().signal;
const entra = (status: number, error: string, text: string) => ({
  status,
  body: { error, error_description: `${text}. Trace ID: 6a0d Correlation ID: 1f2e Timestamp: 2026-03-10 08:00:03Z` },
});

describe('credentials', () => {
  let fake: FakeAzure;
  let folder: string;
  const open: Harness[] = [];
  const withAuthentication = (authentication: AuthenticationConfig, tenant = tenantId): Harness => {
    const harness = connect(fake.cloud, { authentication, tenantId: tenant });
    open.push(harness);
    return harness;
  };
  const message = async ({ azure }: Harness): Promise<string> => {
    const outcome = await azure.token.probe(signal);
    return outcome.kind === 'ok' ? 'ok' : `${outcome.error.code} ${outcome.error.message}`;
  };
  beforeAll(async () => {
    fake = await startFakeAzure();
    folder = mkdtempSync(join(tmpdir(), 'azimuth-credentials-'));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await fake.close();
  });
  beforeEach(() => {
    fake.seen.splice(0);
    fake.replyToToken();
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await Promise.all(open.splice(0).map(({ azure }) => azure.close()));
  });

  it('signs in with a client secret, which is read anew each time', async () => {
    let value = 'first';
    const harness = withAuthentication({
      mode: 'ServicePrincipal',
      identityId: clientId,
      clientSecret: secret(() => value),
    });
    fake.replyToToken(entra(401, 'invalid_client', 'AADSTS7000215: Invalid client secret provided'), {
      body: { token_type: 'Bearer', expires_in: 3599, access_token: marks.token },
    });
    expect(await message(harness)).toMatch(
      /^AZ3005 No access token for https:\/\/management\.example could be obtained: localhost:\d+ answered 401 invalid_client: "AADSTS7000215: Invalid client secret provided" \(the client secret is wrong/,
    );
    expect(harness.azure.token.state()).toMatchObject({ kind: 'waiting' });
    value = 'second';
    harness.clock.advance(1_000);
    expect(await message(harness)).toBe('ok');
    expect(harness.azure.token.state()).toMatchObject({ kind: 'ready' });
    expect(fake.tokenCalls().map(({ body }) => new URLSearchParams(body).get('client_secret'))).toEqual([
      'first',
      'second',
    ]);
    expect(fake.tokenCalls()[0]?.path).toBe(`/${tenantId}/oauth2/v2.0/token`);
    expect(fake.tokenCalls()[0]?.headers['user-agent']).toMatch(/^App\/Azimuth/);
    expect(harness.events.map(({ code }) => code)).toEqual(['401', '200']);
  });

  it('is not locked out after a 503 of the token endpoint', async () => {
    const harness = withAuthentication({
      mode: 'ServicePrincipal',
      identityId: clientId,
      clientSecret: secret(() => 's'),
    });
    fake.replyToToken(
      { status: 503, headers: { 'retry-after': '2' }, body: '' },
      {
        body: { token_type: 'Bearer', expires_in: 3599, access_token: marks.token },
      },
    );
    expect(await message(harness)).toContain('answered 503');
    harness.clock.advance(2_000);
    expect(await message(harness)).toBe('ok');
    expect(fake.tokenCalls()).toHaveLength(2);
  });

  it.each<[string, AuthenticationConfig, RegExp]>([
    ['no client id', { mode: 'ServicePrincipal' }, /no client id is configured/],
    ['no secret', { mode: 'ServicePrincipal', identityId: clientId }, /client secret is empty/],
    [
      'empty secret',
      { mode: 'ServicePrincipal', identityId: clientId, clientSecret: secret(() => '') },
      /client secret is empty/,
    ],
    [
      'no certificate',
      { mode: 'ServicePrincipal', identityId: clientId, certificateFilePath: '/nowhere/a.pem' },
      /\/nowhere\/a\.pem cannot be read \(ENOENT\)/,
    ],
    [
      'no token file',
      { mode: 'WorkloadIdentity', identityId: clientId, federatedTokenFile: '/nowhere/token' },
      /\/nowhere\/token/,
    ],
  ])('tells what is missing: %s', async (_name, authentication, words) => {
    expect(await message(withAuthentication(authentication))).toMatch(words);
    expect(fake.tokenCalls()).toEqual([]);
  });

  it('signs in with a certificate in a PEM file, its key encrypted or not', async () => {
    const pems = await generate([{ name: 'commonName', value: 'azimuth' }], { keySize: 2048 });
    const path = join(folder, 'certificate.pem');
    writeFileSync(path, pems.private + pems.cert);
    const harness = withAuthentication({ mode: 'ServicePrincipal', identityId: clientId, certificateFilePath: path });
    expect(await message(harness)).toBe('ok');
    const form = new URLSearchParams(fake.tokenCalls()[0]?.body);
    expect(form.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    expect(form.get('client_assertion')?.split('.')).toHaveLength(3);
  });

  it('signs in with the federated token of a pod, read anew each time', async () => {
    const path = join(folder, 'token');
    writeFileSync(path, 'assertion-1\n');
    const authentication = { mode: 'WorkloadIdentity', identityId: clientId, federatedTokenFile: path } as const;
    const harness = withAuthentication({ ...authentication, fallbackTenantId: tenantId }, '');
    fake.replyToToken(entra(401, 'invalid_client', 'AADSTS700213: No matching federated identity record'), {
      body: { token_type: 'Bearer', expires_in: 3599, access_token: marks.token },
    });
    expect(await message(harness)).toContain('no federated credential matches');
    writeFileSync(path, 'assertion-2\n');
    harness.clock.advance(1_000);
    expect(await message(harness)).toBe('ok');
    const sent = fake.tokenCalls().map(({ body }) => new URLSearchParams(body));
    expect(sent.map((form) => form.get('client_assertion'))).toEqual(['assertion-1', 'assertion-2']);
    expect(sent[0]?.get('client_id')).toBe(clientId);
  });

  it('uses the federated token openly when a managed identity was asked for in a pod that has one', async () => {
    const path = join(folder, 'token-2');
    writeFileSync(path, 'assertion-3');
    const authentication = {
      mode: 'UserAssignedManagedIdentity',
      identityId: clientId,
      federatedTokenFile: path,
    } as const;
    expect(await message(withAuthentication(authentication))).toBe('ok');
    expect(new URLSearchParams(fake.tokenCalls()[0]?.body).get('client_assertion')).toBe('assertion-3');
  });

  it('asks the SDK for its default chain', async () => {
    vi.stubEnv('AZURE_TENANT_ID', tenantId);
    vi.stubEnv('AZURE_CLIENT_ID', clientId);
    vi.stubEnv('AZURE_CLIENT_SECRET', 'from-environment');
    vi.stubEnv('AZURE_TOKEN_CREDENTIALS', 'EnvironmentCredential');
    expect(await message(withAuthentication({ mode: 'SdkDefault' }))).toBe('ok');
    expect(new URLSearchParams(fake.tokenCalls()[0]?.body).get('client_secret')).toBe('from-environment');
  });

  it('says that the authority cannot be reached', async () => {
    const authentication = { mode: 'ServicePrincipal', identityId: clientId, clientSecret: secret(() => 's') } as const;
    const harness = connect({ ...fake.cloud, authority: 'https://localhost:1' }, { authentication });
    open.push(harness);
    expect(await message(harness)).toContain(
      'localhost:1 could not be reached: it refused the connection (ECONNREFUSED)',
    );
    expect(harness.events).toMatchObject([{ api: 'token', code: 'network' }]);
  });
});

describe('managed identity', () => {
  it('waits for pod identity with a reason, then recovers; one endpoint a process is all that the SDK can', async () => {
    let reply: { status: number; body: string; type?: string } = {
      status: 404,
      body: 'getting assigned identities failed',
      type: 'text/plain',
    };
    const endpoint = await startIdentityEndpoint(() => reply);
    vi.stubEnv('AZURE_POD_IDENTITY_AUTHORITY_HOST', endpoint.origin);
    const fake = await startFakeAzure();
    const first = connect(fake.cloud, {
      authentication: { mode: 'UserAssignedManagedIdentity', identityId: clientId },
    });
    const outcome = await first.azure.token.probe(signal);
    expect(outcome).toMatchObject({ kind: 'retry', error: { code: 'AZ3005', status: 404 } });
    expect(first.azure.token.state()).toMatchObject({
      kind: 'waiting',
      reason: expect.stringMatching(
        /^waiting for an access token for https:\/\/management\.example: identity endpoint 127\.0\.0\.1:\d+ answered 404.*\(no identity bound yet\?\)$/,
      ),
    });
    expect(endpoint.seen).toHaveLength(1);
    expect(endpoint.seen[0]).toContain(`client_id=${clientId}`);

    reply = {
      status: 200,
      body: JSON.stringify({
        access_token: marks.token,
        expires_on: String(Math.floor(Date.now() / 1000) + 86_399),
        resource: 'https://management.example',
        token_type: 'Bearer',
      }),
    };
    first.clock.advance(1_000);
    expect((await first.azure.token.probe(signal)).kind).toBe('ok');
    await first.azure.close();

    const second = connect(fake.cloud, {
      authentication: { mode: 'SystemAssignedManagedIdentity', identityId: clientId },
    });
    expect((await second.azure.token.probe(signal)).kind).toBe('ok');
    expect(endpoint.seen.at(-1)).not.toContain('client_id');
    await second.azure.close();
    await fake.close();
    await endpoint.close();
    vi.unstubAllEnvs();
  });
});
