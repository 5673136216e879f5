import { describe, expect, inject, it } from 'vitest';
import { emulate } from '../e2e/harness.ts';
import { busMetric, clientIds, declarationOf, worldOf } from '../e2e/landscape.ts';
import { startContainer, succeed } from './engine.ts';
import { canRunContainers, needsContainers } from './store.ts';

const image = inject('image');
const outageMs = 120_000;
const metric = busMetric({ name: 'messages', namespaces: ['contoso-orders'], schedule: '*/2 * * * * *' });

describe.skipIf(!canRunContainers)(`pod identity that is not assigned yet ${needsContainers}`, () => {
  it('answers 404 for two minutes, then works: the same process becomes ready', async ({ onTestFinished }) => {
    const emulator = await emulate(worldOf({ namespaces: ['contoso-orders'] }));
    onTestFinished(() => emulator.close());
    const endMs = Date.now() + outageMs;
    const added = await fetch(`${emulator.urls.control}/control/faults`, {
      method: 'POST',
      body: JSON.stringify({
        api: 'token',
        effect: { status: 404, body: 'no azure identity found for request clientID' },
        until: endMs,
      }),
    });
    expect(added.status).toBe(201);
    const runtime = { authentication: { mode: 'UserAssignedManagedIdentity', identityId: clientIds.exporter } };
    const files = { runtime, declaration: declarationOf(emulator, [metric]) };
    const name = `azimuth-pod-identity-${process.pid}`;
    const container = await startContainer({ image, name, emulator, files });
    onTestFinished(() => container.stop());
    const startedAt = (): Promise<string> =>
      succeed('podman', ['inspect', '--format', '{{.State.StartedAt}} {{.State.Pid}} {{.RestartCount}}', name]);
    const before = await startedAt();

    const waiting = await container.until(
      async () => (await container.get('/-/ready')).text(),
      (text) => text.includes('waiting for'),
    );
    expect(waiting).toContain('AZ2002: schedule */2 * * * * * has no result yet: waiting for an access token for ');
    expect(waiting).toContain('no identity bound yet');
    // Neither probe that restarts a pod may fail, however long it takes.
    const probes = new Set<number>();
    await container.until(
      async () => {
        probes.add((await container.get('/-/healthy')).status).add((await container.get('/metrics')).status);
        return container.series('messages{');
      },
      (lines) => lines.length === 1,
      outageMs + 60_000,
    );
    expect([...probes]).toEqual([200]);
    expect((await container.get('/-/ready')).status).toBe(200);
    expect(await startedAt()).toBe(before);

    const tokens = emulator.control.calls().calls.filter(({ api }) => api === 'token');
    const timeOf = (wanted: number): number[] =>
      tokens.filter(({ status }) => status === wanted).map(({ time }) => Date.parse(time));
    const refused = timeOf(404);
    const [granted = 0] = timeOf(200);
    console.log(`${refused.length} refusals; a token ${granted - endMs} ms after the identity was there`);
    expect(refused.length).toBeGreaterThan(1);
    expect(granted - Math.min(...refused)).toBeGreaterThan(outageMs - 20_000);
    expect(granted - endMs).toBeLessThan(60_000);
    expect(await container.halt()).toBe(0);
  });
});
