import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { emulate, type Files, type Started, startExporter, until } from './harness.ts';
import { type Certificate, type Mode, makeCertificate, modes, secret } from './identity-modes.ts';
import { busMetric, declarationOf, worldOf } from './landscape.ts';

let emulator: Emulator;
let certificate: Certificate;
beforeAll(async () => {
  certificate = await makeCertificate();
  emulator = await emulate(worldOf({ namespaces: ['contoso-orders'], secret, certificate: certificate.cert }));
});
afterAll(async () => {
  await emulator.close();
});

function filesOf(mode: Pick<Mode, 'authentication' | 'others'>): Files {
  const metric = busMetric({ name: 'messages', namespaces: ['contoso-orders'], schedule: '*/2 * * * * *' });
  return {
    runtime: JSON.stringify({ authentication: mode.authentication }),
    declaration: declarationOf(emulator, [metric]),
    ...(mode.others === undefined ? {} : { others: mode.others(certificate) }),
  };
}

async function start(mode: Pick<Mode, 'authentication' | 'others' | 'env'>): Promise<Started> {
  const home = mkdtempSync(`${tmpdir()}/azimuth-home-`);
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const exporter = await startExporter(emulator, filesOf(mode), { env: { HOME: home, ...mode.env } });
  onTestFinished(() => exporter.stop());
  return exporter;
}

async function ready(exporter: Started): Promise<{ status: number; text: string }> {
  const answer = await exporter.get('/-/ready');
  return { status: answer.status, text: await answer.text() };
}

describe('an identity', () => {
  it.each(modes)('$name gets a token, and the metric is read', async (mode) => {
    emulator.control.clearCalls();
    const exporter = await start(mode);
    await until(
      () => exporter.series('messages{'),
      (lines) => lines.length === 1,
    );
    const { calls } = emulator.control.calls();
    expect(calls.filter(({ api }) => api === 'token')).toContainEqual(
      expect.objectContaining({
        path: mode.asked.path,
        status: 200,
        parameters: expect.objectContaining(mode.asked.parameters),
      }),
    );
    expect(calls.filter(({ api, status }) => api === 'metrics' && status !== 200)).toEqual([]);
    expect(await exporter.series('azimuth_azure_requests_total{api="token"')).toEqual([
      expect.stringMatching(/code="200"} 1$/),
    ]);
    // On a loaded machine the first run may outlast its two seconds, which is no matter of identities.
    expect(exporter.log.filter(({ level, code }) => level !== 'info' && code !== 'AZ2005')).toEqual([]);
    expect((await ready(exporter)).status).toBe(200);
  });
});

describe.concurrent('an identity endpoint that is not ready yet', () => {
  const late = [
    {
      status: 404,
      body: { error: 'invalid_request', error_description: 'Identity not found' },
      says: 'no identity bound yet',
    },
    { status: 403, body: 'no AzureAssignedIdentity found', says: 'is the identity bound to this pod' },
    { status: 500, body: '', says: 'answered 500' },
  ];

  it.for(late)(
    '$status: the process lives, says what it waits for, and becomes ready',
    async ({ status, body, says }, { onTestFinished }) => {
      const own = await emulate(worldOf({ namespaces: ['contoso-orders'] }));
      onTestFinished(() => own.close());
      own.control.addFault({ api: 'token', effect: { status, body } });
      const authentication = { mode: 'SystemAssignedManagedIdentity' };
      const metric = busMetric({ name: 'messages', namespaces: ['contoso-orders'], schedule: '*/2 * * * * *' });
      const files = { runtime: JSON.stringify({ authentication }), declaration: declarationOf(own, [metric]) };
      const exporter = await startExporter(own, files);
      onTestFinished(() => exporter.stop());
      const waiting = await until(
        () => ready(exporter),
        ({ text }) => text.includes('waiting for'),
      );
      expect(waiting.status).toBe(503);
      expect(waiting.text).toMatch(
        /^AZ2002: schedule \*\/2 \* \* \* \* \* has no result yet: waiting for an access token for /,
      );
      expect(waiting.text).toContain(says);
      expect(waiting.text.trim().split('\n')).toHaveLength(1);
      expect((await exporter.get('/-/healthy')).status).toBe(200);
      expect((await exporter.get('/metrics')).status).toBe(200);
      await exporter.logged(({ code }) => code === 'AZ3005');
      own.control.removeFault();
      await until(
        () => ready(exporter),
        (answer) => answer.status === 200,
        45_000,
      );
      expect(await exporter.series('messages{')).toHaveLength(1);
      expect(exporter.child.exitCode).toBeNull();
    },
  );
});
