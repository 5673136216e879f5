import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { hash } from 'bcryptjs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type Secret, secret } from '../../src/core/secret.ts';
import type { TlsServer } from '../../src/core/web-config.ts';
import { createApp } from '../../src/http/app.ts';
import { createPasswordCheck } from '../../src/http/passwords.ts';
import { type HttpServer, listen } from '../../src/http/server.ts';
import { refusedClient } from '../../src/http/tls.ts';
import { appOptions } from '../fakes/app-options.ts';
import { createAuthority, type KeyPair } from '../fakes/authority.ts';

const authority = await createAuthority();
const stranger = await createAuthority();
const own = await authority.serverOf('localhost');
const prometheus = await authority.clientOf('prometheus.monitoring.svc');
const foreigner = await stranger.clientOf('prometheus.monitoring.svc');
const password = 'correct horse';
const users = new Map([['prometheus', secret(await awaitHash())]]);

async function awaitHash(): Promise<() => string> {
  const text = await hash(password, 4);
  return () => text;
}

const servers: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close(0)));
});
afterAll(() => expect(servers).toEqual([]));

function appWith(known: ReadonlyMap<string, Secret>, headers: Readonly<Record<string, string>> = {}) {
  return createApp(
    appOptions({
      notReady: () => ['schedule * * * * * waits for sb-shop-weu'],
      users: () => known,
      headers: () => headers,
    }),
  );
}

async function serve(known: ReadonlyMap<string, Secret>, headers: Readonly<Record<string, string>> = {}) {
  const server = await listen(appWith(known, headers), 0);
  servers.push(server);
  return (path: string, authorization?: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${server.port}${path}`, authorization === undefined ? {} : { headers: { authorization } });
}

const basic = (user: string, secretWord: string): string =>
  `Basic ${Buffer.from(`${user}:${secretWord}`).toString('base64')}`;

describe('basic authentication', () => {
  it('lets in who shows the password, and nobody else', async () => {
    const get = await serve(users);
    expect((await get('/', basic('prometheus', password))).status).toBe(200);
    const refused = [
      undefined,
      basic('prometheus', 'wrong'),
      basic('nobody', password),
      basic('', ''),
      'Bearer abc',
      'Basic !!!',
      `Basic ${Buffer.from('no colon').toString('base64')}`,
    ];
    for (const authorization of refused) {
      const answer = await get('/', authorization);
      expect([authorization, answer.status, await answer.text()]).toEqual([authorization, 401, 'Unauthorized\n']);
      expect(answer.headers.get('www-authenticate')).toBe('Basic realm="Azimuth", charset="UTF-8"');
    }
  });

  it('asks nobody without users', async () => {
    const get = await serve(new Map());
    expect((await get('/')).status).toBe(200);
    expect(await (await get('/-/ready')).text()).toBe('schedule * * * * * waits for sb-shop-weu\n');
  });

  it('answers probes without the password, but tells them no reasons', async () => {
    const get = await serve(users);
    expect((await get('/-/healthy')).status).toBe(200);
    const probe = await get('/-/ready', basic('prometheus', 'wrong'));
    expect([probe.status, await probe.text()]).toEqual([503, 'The reasons are told with a password only.\n']);
    const known = await get('/-/ready', basic('prometheus', password));
    expect([known.status, await known.text()]).toEqual([503, 'schedule * * * * * waits for sb-shop-weu\n']);
  });

  it('sends the headers of the file', async () => {
    const get = await serve(users, { 'Strict-Transport-Security': 'max-age=60' });
    expect((await get('/')).headers.get('strict-transport-security')).toBe('max-age=60');
  });
});

describe('the check of passwords', () => {
  it('turns away what comes on top of fifty that wait, and goes on afterwards', async () => {
    const check = createPasswordCheck(() => users);
    const verdicts = await Promise.all(Array.from({ length: 60 }, (_, index) => check('prometheus', `guess ${index}`)));
    expect(verdicts.filter((verdict) => verdict === false)).toHaveLength(50);
    expect(verdicts.filter((verdict) => verdict === 'busy')).toHaveLength(10);
    expect(await check('prometheus', password)).toBe(true);
  });

  it('forgets a verdict when the hash changes', async () => {
    let now: ReadonlyMap<string, Secret> = users;
    const check = createPasswordCheck(() => now);
    expect(await check('prometheus', password)).toBe(true);
    const other = await hash('another', 4);
    now = new Map([['prometheus', secret(() => other)]]);
    expect(await check('prometheus', password)).toBe(false);
    now = new Map();
    expect(await check('prometheus', 'another')).toBe(false);
  });
});

function tlsOf(pair: KeyPair, changes: Partial<TlsServer> = {}): TlsServer {
  return {
    certificate: pair.cert,
    key: secret(() => pair.key),
    clientAuth: 'NoClientCert',
    clientNames: [],
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    honorCipherOrder: true,
    ...changes,
  };
}

interface Answer {
  readonly status: number;
  readonly protocol: string | null;
  readonly cipher: string;
  /** Serial number of the certificate that the server showed. */
  readonly serial: string;
}

/** One request on a connection of its own; rejects when the server does not want it. */
function ask(port: number, client?: KeyPair, maxVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, path: '/-/healthy', agent: false, ca: authority.cert, maxVersion, ...client },
      (response) => {
        const socket = response.socket as TLSSocket;
        const { serialNumber } = socket.getPeerCertificate();
        resolve({
          status: response.statusCode ?? 0,
          protocol: socket.getProtocol(),
          cipher: socket.getCipher().name,
          serial: serialNumber,
        });
        response.resume();
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}

async function serveTls(tls: TlsServer): Promise<HttpServer> {
  const server = await listen(appWith(new Map()), 0, tls);
  servers.push(server);
  return server;
}

describe('TLS', () => {
  it('is spoken with the certificate of the file, in the versions and suites that it allows', async () => {
    const { port } = await serveTls(tlsOf(own));
    expect(await ask(port)).toMatchObject({ status: 200, protocol: 'TLSv1.3' });
    const old = await serveTls(
      tlsOf(own, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384', groups: 'P-384' }),
    );
    expect(await ask(old.port)).toMatchObject({ protocol: 'TLSv1.2', cipher: 'ECDHE-ECDSA-AES256-GCM-SHA384' });
    const modern = await serveTls(tlsOf(own, { minVersion: 'TLSv1.3' }));
    await expect(ask(modern.port, undefined, 'TLSv1.2')).rejects.toThrow(/version/);
  });

  it('answers plain http with nothing', async () => {
    const { port } = await serveTls(tlsOf(own));
    await expect(fetch(`http://127.0.0.1:${port}/-/healthy`)).rejects.toThrow();
  });

  it('shows a renewed certificate to new connections', async () => {
    const server = await serveTls(tlsOf(own));
    const before = await ask(server.port);
    server.renewTls(tlsOf(await authority.serverOf('localhost')));
    const after = await ask(server.port);
    expect(after.status).toBe(200);
    expect(after.serial).not.toBe(before.serial);
  });

  const rows = [
    { clientAuth: 'NoClientCert', without: true, trusted: true, untrusted: true },
    { clientAuth: 'RequestClientCert', without: true, trusted: true, untrusted: true },
    { clientAuth: 'RequireAnyClientCert', without: false, trusted: true, untrusted: true },
    { clientAuth: 'VerifyClientCertIfGiven', without: true, trusted: true, untrusted: false },
    { clientAuth: 'RequireAndVerifyClientCert', without: false, trusted: true, untrusted: false },
  ] as const;
  it.each(rows)('with $clientAuth', async ({ clientAuth, ...lets }) => {
    const { port } = await serveTls(tlsOf(own, { clientAuth, clientAuthorities: authority.cert }));
    const enters = (client?: KeyPair): Promise<boolean> =>
      ask(port, client).then(
        () => true,
        () => false,
      );
    expect({
      without: await enters(),
      trusted: await enters(prometheus),
      untrusted: await enters(foreigner),
    }).toEqual(lets);
  });

  it('wants one of the allowed names', async () => {
    const names = { clientAuth: 'RequireAndVerifyClientCert', clientAuthorities: authority.cert } as const;
    const open = await serveTls(tlsOf(own, { ...names, clientNames: ['other.svc', 'prometheus.monitoring.svc'] }));
    expect((await ask(open.port, prometheus)).status).toBe(200);
    const closed = await serveTls(tlsOf(own, { ...names, clientNames: ['other.svc'] }));
    await expect(ask(closed.port, prometheus)).rejects.toThrow();
  });

  it('reads names with commas, as OpenSSL quotes them', () => {
    const certificate = { raw: Buffer.of(1), subjectaltname: 'DNS:"a, DNS:admin", IP Address:127.0.0.1' };
    const socket = { authorized: true, getPeerCertificate: () => certificate as never };
    const allow = (name: string) =>
      refusedClient(tlsOf(own, { clientAuth: 'RequireAndVerifyClientCert', clientNames: [name] }), socket);
    expect(allow('admin')).toBe('no name of the certificate is allowed');
    expect(allow('a, DNS:admin')).toBeUndefined();
    expect(allow('127.0.0.1')).toBeUndefined();
  });
});
