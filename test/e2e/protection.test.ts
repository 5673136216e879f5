import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash } from 'bcryptjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { createAuthority } from '../fakes/authority.ts';
import { configFolder, emulate, emulatorEnv, type Program, root, startProgram, until } from './harness.ts';
import { busMetric, declarationOf, worldOf } from './landscape.ts';
import { requireProgram } from './programs.ts';
import { type RealPrometheus, startPrometheus } from './real-prometheus.ts';

const prometheus = requireProgram('prometheus');
const password = 'marked-password-7d1c';
const authority = await createAuthority();
const server = await authority.serverOf('localhost');
const client = await authority.clientOf('prometheus.monitoring.svc');
const runtime = 'authentication: { mode: SystemAssignedManagedIdentity }\nserver: { webConfigFile: web.yaml }\n';

async function webFile(user: string): Promise<string> {
  const users = { [user]: await hash(password, 4) };
  return JSON.stringify({
    tls_server_config: {
      cert_file: 'tls.crt',
      key_file: 'tls.key',
      client_auth_type: 'VerifyClientCertIfGiven',
      client_ca_file: 'ca.crt',
    },
    basic_auth_users: users,
  });
}

let emulator: Emulator;
let folder: { readonly path: string; remove(): void };
let program: Program;
let port = 0;
beforeAll(async () => {
  emulator = await emulate(worldOf({ namespaces: ['contoso-orders'] }));
  const metric = busMetric({ name: 'messages', namespaces: ['contoso-orders'], schedule: '* * * * *' });
  folder = configFolder({
    runtime,
    declaration: declarationOf(emulator, [metric]),
    others: {
      'web.yaml': await webFile('prometheus'),
      'tls.crt': server.cert,
      'tls.key': server.key,
      'ca.crt': authority.cert,
    },
  });
  const args = ['run', '--config-folder', folder.path, '--port', '0', '--log-format', 'json'];
  program = startProgram(args, emulatorEnv(emulator, folder.path));
  const line = await program.logged(({ msg }) => /https:\/\/localhost:(\d+)\/ for people/.test(String(msg)));
  port = Number(/localhost:(\d+)/.exec(String(line['msg']))?.[1]);
});
afterAll(async () => {
  program.child.kill('SIGTERM');
  await program.exited;
  await emulator.close();
  folder.remove();
});

/** Status of `/metrics` for a user; the serial number of the certificate that was shown. */
function ask(user: string): Promise<{ status: number; serial: string }> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/metrics', agent: false, ca: authority.cert };
    const outgoing = request({ ...options, auth: `${user}:${password}` }, (response) => {
      const { socket } = response;
      const serial = 'getPeerCertificate' in socket ? serialOf(socket as never) : '';
      response.resume();
      resolve({ status: response.statusCode ?? 0, serial });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

function serialOf(socket: { getPeerCertificate(): { serialNumber: string } }): string {
  return socket.getPeerCertificate().serialNumber;
}

describe('an endpoint with TLS and a password', () => {
  it.skipIf(prometheus === undefined)('is scraped by a real Prometheus (needs prometheus)', async () => {
    const own = mkdtempSync(join(tmpdir(), 'azimuth-tls-'));
    const paths = { ca: join(own, 'ca.crt'), cert: join(own, 'client.crt'), key: join(own, 'client.key') };
    writeFileSync(paths.ca, authority.cert);
    writeFileSync(paths.cert, client.cert);
    writeFileSync(paths.key, client.key);
    const job = {
      scheme: 'https',
      tls_config: { ca_file: paths.ca, cert_file: paths.cert, key_file: paths.key, server_name: 'localhost' },
      static_configs: [{ targets: [`127.0.0.1:${port}`] }],
    };
    let real: RealPrometheus | undefined;
    try {
      real = await startPrometheus(prometheus ?? '', own, {
        global: { scrape_interval: '1s', scrape_timeout: '1s' },
        scrape_configs: [
          { ...job, job_name: 'known', basic_auth: { username: 'prometheus', password } },
          { ...job, job_name: 'unknown', basic_auth: { username: 'prometheus', password: 'other' } },
        ],
      });
      const up = (name: string): Promise<number> =>
        (real as RealPrometheus).query(`up{job="${name}"}`).catch(() => Number.NaN);
      await until(
        async () => [await up('known'), await up('unknown')],
        ([known, unknown]) => known === 1 && unknown === 0,
      );
      expect(await real.targetErrors()).toEqual(['', 'server returned HTTP status 401 Unauthorized']);
      expect(await real.query('count({__name__="messages",job="known"})')).toBeGreaterThan(0);
    } finally {
      await real?.stop();
      rmSync(own, { recursive: true, force: true });
    }
  });

  it('is alive for azimuth health, which needs no flag', () => {
    writeFileSync(
      join(folder.path, 'runtime.yaml'),
      runtime.replace('{ webConfigFile', `{ httpPort: ${port}, webConfigFile`),
    );
    const asked = spawnSync(
      process.execPath,
      [join(root, 'bin/azimuth.js'), 'health', '--config-folder', folder.path],
      {
        encoding: 'utf8',
      },
    );
    expect([asked.status, asked.stdout, asked.stderr]).toEqual([0, 'Azimuth is healthy.\n', '']);
  });

  it('takes another user and another certificate without a restart, and keeps both when the file is broken', async () => {
    const before = await ask('prometheus');
    expect([before.status, (await ask('grafana')).status]).toEqual([200, 401]);
    const renewed = await authority.serverOf('localhost');
    writeFileSync(join(folder.path, 'tls.crt'), renewed.cert);
    writeFileSync(join(folder.path, 'tls.key'), renewed.key);
    writeFileSync(join(folder.path, 'web.yaml'), await webFile('grafana'));
    const after = await until(
      () => ask('grafana'),
      ({ status }) => status === 200,
    );
    expect(after.serial).not.toBe(before.serial);
    expect((await ask('prometheus')).status).toBe(401);

    writeFileSync(join(folder.path, 'web.yaml'), `basic_auth_users: { grafana: ${password} }\n`);
    const line = await program.logged(({ code }) => code === 'AZ2030');
    expect(line['msg']).toBe(
      `The web configuration has changed and is not used: ${join(folder.path, 'web.yaml')}:1:21: error AZ1205: The password of \`grafana\` must be a bcrypt hash; make one with \`htpasswd -nBC 10 grafana\`.`,
    );
    expect((await ask('grafana')).status).toBe(200);
    expect(program.output()).not.toContain(password);
  });
});

describe('a file that cannot protect the endpoint', () => {
  it('keeps run from starting', async () => {
    const own = configFolder({
      runtime,
      declaration: declarationOf(emulator, [
        busMetric({ name: 'messages', namespaces: ['contoso-orders'], schedule: '* * * * *' }),
      ]),
      others: { 'web.yaml': 'basic_auth_user: { prometheus: x }\n' },
    });
    const refused = startProgram(['run', '--config-folder', own.path, '--port', '0'], emulatorEnv(emulator, own.path));
    expect((await refused.exited).code).toBe(2);
    expect(refused.output()).toContain(
      'error AZ1010: Unknown field `basic_auth_user` is refused; did you mean `basic_auth_users`?',
    );
    expect(refused.output()).toContain(
      'The web configuration file has errors, and the endpoint does not open without it; mend them and start again.',
    );
    own.remove();
  });
});
