import { createPrivateKey } from 'node:crypto';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { FaultRule } from '../../src/emulator/control/faults.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import {
  configFolder,
  emulate,
  emulatorEnv,
  type Files,
  type Started,
  startExporter,
  startProgram,
} from './harness.ts';
import { busMetric, clientIds, declarationOf, tenant, worldOf } from './landscape.ts';

/** Each secret holds a mark of its own, between characters that encodings change. */
const marks = {
  clientSecret: 'qXv7ClientMark',
  signature: 'qXv7SignatureMark',
  password: 'qXv7PasswordMark',
  federated: 'qXv7FederatedMark',
  bearer: 'qXv7BearerMark',
  misplaced: 'qXv7MisplacedMark',
} as const;
const dressed = (mark: string): string => `~a+${mark}/b=`;
const clientSecret = dressed(marks.clientSecret);
const sasToken = `sv=2024-11-04&sp=r&sig=${encodeURIComponent(dressed(marks.signature))}`;
const federatedToken = [{ alg: 'none' }, { sub: 'system:serviceaccount:monitoring:azimuth', exp: 4_102_444_800 }]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .concat(marks.federated)
  .join('.');

/** Traces of secrets in a text: marks, their base64 at any offset, and anything that looks like a JWT. */
function tracesIn(text: string): string[] {
  const spellings = Object.values(marks).flatMap((mark) => [
    mark,
    ...[0, 1, 2].map((offset) => base64Core(mark, offset)),
  ]);
  return [...spellings.filter((spelling) => text.includes(spelling)), ...(text.match(/eyJ[\w-]{6,}\.\S*/g) ?? [])];
}

/** The part of base64 that is the same whatever surrounds the text, which begins `offset` bytes into a group. */
function base64Core(text: string, offset: number): string {
  const whole = Buffer.from('\0'.repeat(offset) + text).toString('base64');
  return whole.slice(offset === 0 ? 0 : 4, Math.floor((offset + text.length) / 3) * 4);
}

let emulator: Emulator;
let encryptedPem: string;
beforeAll(async () => {
  const made = await generate([{ name: 'commonName', value: 'principal' }], { keySize: 2048, algorithm: 'sha256' });
  const key = createPrivateKey(made.private).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: dressed(marks.password),
  });
  encryptedPem = `${String(key)}${made.cert}`;
  const world = { namespaces: ['contoso-orders'], secret: clientSecret, certificate: made.cert };
  emulator = await emulate(worldOf({ ...world, queueSignature: dressed(marks.signature) }));
});
afterAll(async () => {
  await emulator.close();
});

const schedule = '*/2 * * * * *';
const queue = {
  name: 'queue_size',
  description: 'Messages of the queue',
  resourceType: 'StorageQueue',
  azureMetricConfiguration: { metricName: 'MessageCount', aggregation: { type: 'Total' } },
  resources: [{ accountName: 'stcontoso', queueName: 'orders', sasToken: { environmentVariable: 'QUEUE_SAS' } }],
};
const bus = busMetric({ name: 'messages', namespaces: ['contoso-orders'], schedule });

interface Situation {
  readonly name: string;
  readonly authentication: object;
  readonly env?: Record<string, string>;
  readonly others?: () => Record<string, string>;
  /** What Azure says instead of its own answer. */
  readonly faults?: readonly FaultRule[];
  /** Codes that are logged; nothing means that all goes well. */
  readonly codes: readonly string[];
}

const principal = { mode: 'ServicePrincipal', identityId: clientIds.principal };
const certified = { ...principal, certificateFilePath: 'principal.pem' };
const workload = { mode: 'WorkloadIdentity', identityId: clientIds.exporter, federatedTokenFile: 'token' };
const withCertificate = () => ({ 'principal.pem': encryptedPem });
const withToken = () => ({ token: federatedToken });
const entraSays = (text: string): FaultRule => ({
  api: 'token',
  effect: { status: 401, body: { error: 'invalid_client', error_description: `AADSTS7000215: ${text}` } },
});
const azureSays = (api: 'metrics' | 'queue', status: number, message: string): FaultRule => ({
  api,
  effect: { status, body: { error: { code: 'Echo', message } } },
});
const situations: readonly Situation[] = [
  { name: 'a client secret that fits', authentication: principal, codes: [] },
  {
    name: 'a client secret that is wrong',
    authentication: principal,
    env: { AZIMUTH_AUTH_APPKEY: `${clientSecret}x` },
    codes: ['AZ3005'],
  },
  {
    name: 'a client secret that the authority repeats',
    authentication: principal,
    faults: [entraSays(`the secret ${clientSecret} or ${encodeURIComponent(clientSecret)} is wrong`)],
    codes: ['AZ3005'],
  },
  {
    name: 'a certificate with a password',
    authentication: certified,
    others: withCertificate,
    env: { AZIMUTH_AUTH_CERTIFICATE_PASSWORD: dressed(marks.password) },
    codes: [],
  },
  {
    name: 'a certificate with a password that is wrong',
    authentication: certified,
    others: withCertificate,
    env: { AZIMUTH_AUTH_CERTIFICATE_PASSWORD: `${dressed(marks.password)}x` },
    codes: ['AZ3005'],
  },
  { name: 'a federated token', authentication: workload, others: withToken, codes: [] },
  {
    name: 'a federated token that the authority repeats',
    authentication: workload,
    others: withToken,
    faults: [entraSays(`the assertion ${federatedToken} is wrong`)],
    codes: ['AZ3005'],
  },
  {
    name: 'the secret of the default credential, refused',
    authentication: { mode: 'SdkDefault' },
    env: {
      AZURE_TENANT_ID: tenant,
      AZURE_CLIENT_ID: clientIds.principal,
      AZURE_CLIENT_SECRET: `${clientSecret}x`,
    },
    faults: [entraSays(`the secret ${clientSecret}x is wrong`)],
    codes: ['AZ3005'],
  },
  {
    name: 'a bearer token that Azure repeats',
    authentication: { mode: 'SystemAssignedManagedIdentity' },
    faults: [
      {
        api: 'token',
        effect: {
          status: 200,
          body: {
            access_token: dressed(marks.bearer),
            expires_in: '3600',
            expires_on: '4102444800',
            token_type: 'Bearer',
          },
        },
      },
      azureSays('metrics', 401, `Authorization: Bearer ${dressed(marks.bearer)} and ${dressed(marks.bearer)} again`),
    ],
    codes: ['AZ3401'],
  },
  {
    name: 'a SAS whose signature is wrong',
    authentication: { mode: 'SystemAssignedManagedIdentity' },
    env: { QUEUE_SAS: `${sasToken}x` },
    codes: ['AZ3403'],
  },
  {
    name: 'a SAS that the storage account repeats',
    authentication: { mode: 'SystemAssignedManagedIdentity' },
    faults: [azureSays('queue', 400, `${sasToken} or ${decodeURIComponent(sasToken)} is wrong`)],
    codes: ['AZ3400'],
  },
  {
    name: 'answers that cannot be read and hold everything',
    authentication: principal,
    faults: [
      { api: 'queue', effect: { status: 400, body: `<html>${sasToken} ${clientSecret}</html>` } },
      { api: 'metrics', effect: { status: 200, body: `${clientSecret} ${sasToken}` } },
    ],
    codes: ['AZ3004'],
  },
];

function filesOf({ authentication, others }: Pick<Situation, 'authentication' | 'others'>): Files {
  return {
    runtime: JSON.stringify({ authentication, azureMonitor: { logging: { isEnabled: true } } }),
    declaration: declarationOf(emulator, [bus, queue], schedule),
    ...(others === undefined ? {} : { others: others() }),
  };
}

/** Everything that a user, a scraper or an attacker could read of the exporter. */
async function visible(exporter: Started): Promise<string> {
  const accepts = ['text/plain', 'application/openmetrics-text;version=1.0.0', 'application/json'];
  const pages = ['/', '/-/problems', '/-/metrics', '/-/series', '/-/groups', '/-/explain?selector={}'];
  const configuration = ['runtime', 'metric-declaration'].map((name) => `/api/v1/configuration/${name}`);
  const plain = [
    '/metrics',
    ...pages,
    '/-/ready',
    '/-/healthy',
    '/nothing',
    '/%00',
    '/api/v1/nothing',
    '/api/docs/index.html',
  ];
  const paths = [
    ...plain,
    ...configuration,
    '/api/v1/health',
    '/api/v1/status',
    '/api/v1/series',
    '/api/v1/openapi.json',
    '/api/v1/explain?selector=messages',
  ];
  const answers = await Promise.all(
    paths.flatMap((path) => accepts.map(async (accept) => (await exporter.get(path, { accept })).text())),
  );
  return [...answers, exporter.output()].join('\n');
}

describe('secrets stay secret in', () => {
  const rows = situations.flatMap((situation) =>
    (['json', 'text'] as const).map((format) => ({ ...situation, format })),
  );

  it.each(rows)('$name ($format)', async ({ codes, faults = [], format, ...situation }) => {
    for (const fault of faults) emulator.control.addFault(fault);
    onTestFinished(() => void emulator.control.removeFault());
    const env = { AZIMUTH_AUTH_APPKEY: clientSecret, QUEUE_SAS: sasToken, ...situation.env };
    const args = ['--log-level', 'Trace', '--log-format', format];
    const exporter = await startExporter(emulator, filesOf(situation), { env, args });
    onTestFinished(() => exporter.stop());
    if (codes.length === 0)
      await exporter.until(
        () => exporter.series('messages{'),
        (lines) => lines.length === 1,
      );
    for (const code of codes) await exporter.logged(({ msg, code: own }) => own === code || String(msg).includes(code));
    if (codes.length === 0)
      await exporter.until(
        () => exporter.series('queue_size{'),
        (lines) => lines.length === 1,
      );
    const before = await visible(exporter);
    await exporter.stop();
    const text = `${before}\n${exporter.output()}`;
    expect(text).toContain('azimuth_build_info');
    expect(tracesIn(text)).toEqual([]);
  });
});

describe('secrets in the wrong place stay secret in', () => {
  const misplaced = dressed(marks.misplaced);
  const runtime = {
    authentication: { ...principal, appKey: misplaced, secretFilePath: { value: misplaced } },
    metricSinks: { atlassianStatuspage: { apiKey: misplaced } },
  };
  const flawed = (): Files => ({
    runtime: JSON.stringify(runtime),
    declaration: declarationOf(emulator, [
      bus,
      { ...queue, name: 'plain', resources: [{ accountName: 'a', queueName: 'b', sasToken: misplaced }] },
      { ...queue, name: 'listed', resources: [{ accountName: 'a', queueName: 'b', sasToken: [misplaced] }] },
      {
        ...queue,
        name: 'both',
        resources: [{ accountName: 'a', queueName: 'b', sasToken: { environmentVariable: misplaced } }],
      },
      {
        ...queue,
        name: 'nested',
        resources: [{ accountName: 'a', queueName: 'b', sasToken: { rawValue: { a: misplaced } } }],
      },
    ]),
  });
  const env = {
    AZIMUTH_AUTH_APPKEY: clientSecret,
    QUEUE_SAS: sasToken,
    AZIMUTH_YAML_OVERRIDE_authentication__appKey: misplaced,
    AZIMUTH_YAML_OVERRIDE_misplaced: misplaced,
    PROMITOR_ATLASSIAN_STATUSPAGE_APIKEY: misplaced,
  };

  it.each([
    { command: 'validate', flags: ['--format', 'json'] },
    { command: 'validate', flags: ['--format', 'text'] },
    { command: 'run', flags: ['--log-format', 'json', '--log-level', 'Trace'] },
    { command: 'run', flags: ['--log-format', 'text', '--log-level', 'Trace'] },
    { command: 'scrape', flags: ['--log-level', 'Trace'] },
  ])('$command $flags', async ({ command, flags }) => {
    const folder = configFolder(flawed());
    onTestFinished(() => folder.remove());
    const program = startProgram([command, '--config-folder', folder.path, ...flags], {
      ...emulatorEnv(emulator, folder.path),
      ...env,
    });
    expect((await program.exited).code).toBe(2);
    expect(program.output()).toMatch(/AZ1\d{3}/);
    expect(
      program
        .output()
        .split('\n')
        .filter((line) => tracesIn(line).length > 0),
    ).toEqual([]);
  });
});

describe('the search itself', () => {
  it('finds marks however they are written', () => {
    const hidden = dressed(marks.clientSecret);
    for (const prefix of ['', 'a', 'ab', 'abc']) {
      expect(tracesIn(Buffer.from(`${prefix}${hidden}`).toString('base64'))).not.toEqual([]);
    }
    expect(tracesIn(encodeURIComponent(hidden))).toEqual([marks.clientSecret]);
    expect(tracesIn(`token=${federatedToken.slice(0, 60)}`)).toHaveLength(1);
    expect(tracesIn('nothing at all')).toEqual([]);
  });
});
