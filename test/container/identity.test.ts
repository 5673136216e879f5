import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { emulate } from '../e2e/harness.ts';
import { type Certificate, type Mode, makeCertificate, modes, secret } from '../e2e/identity-modes.ts';
import { busMetric, declarationOf, worldOf } from '../e2e/landscape.ts';
import { patienceMs, startContainer } from './engine.ts';
import { canRunContainers, needsContainers } from './store.ts';

const image = inject('image');
const metric = busMetric({ name: 'messages', namespaces: ['contoso-orders'], schedule: '*/2 * * * * *' });

describe.skipIf(!canRunContainers)(`an identity in the container ${needsContainers}`, { concurrent: true }, () => {
  let certificate: Certificate;
  beforeAll(async () => {
    certificate = await makeCertificate();
  });
  const world = (): Promise<Emulator> =>
    emulate(worldOf({ namespaces: ['contoso-orders'], secret, certificate: certificate.cert }));

  it.for(modes.map((mode, index): [string, Mode, number] => [mode.name, mode, index]))(
    '%s gets a token, and the metric is read',
    async ([, mode, index], { onTestFinished }) => {
      const emulator = await world();
      onTestFinished(() => emulator.close());
      const container = await startContainer({
        image,
        name: `azimuth-identity-${index}-${process.pid}`,
        emulator,
        files: {
          runtime: { authentication: mode.authentication },
          declaration: declarationOf(emulator, [metric]),
          ...(mode.others === undefined ? {} : { others: mode.others(certificate) }),
        },
        ...(mode.env === undefined ? {} : { env: mode.env }),
      });
      onTestFinished(() => container.stop());
      await container.until(
        () => container.series('messages{'),
        (lines) => lines.length === 1,
        patienceMs,
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
      expect(container.output()).not.toContain(secret);
      expect(await container.halt()).toBe(0);
    },
  );
});
