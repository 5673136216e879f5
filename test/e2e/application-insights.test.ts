import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { emulate, startExporter, until } from './harness.ts';
import { busMetric, declarationOf, worldOf } from './landscape.ts';

const key = '3f1c2d4e-5b6a-4c7d-8e9f-0a1b2c3d4e5f';

interface Envelope {
  readonly iKey: string;
  readonly data: { readonly baseData: { readonly message: string; readonly properties: Record<string, string> } };
}

/** Takes events as the ingestion endpoint of Application Insights does. */
async function ingestion() {
  const events: Envelope[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const lines = request.url === '/v2.1/track' ? body.split('\n') : [];
      events.push(...lines.map((line) => JSON.parse(line) as Envelope));
      response.end(JSON.stringify({ itemsReceived: lines.length, itemsAccepted: lines.length, errors: [] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { events, url: `http://127.0.0.1:${port}` };
}

describe('Application Insights', () => {
  it('gets the log from the first line to the last, and its key is nowhere in the log', async () => {
    const emulator = await emulate(worldOf({ namespaces: ['contoso-orders'] }));
    onTestFinished(() => emulator.close());
    const { events, url } = await ingestion();
    const runtime = [
      'authentication: { mode: SystemAssignedManagedIdentity }',
      'telemetry:',
      '  defaultVerbosity: Information',
      '  containerLogs: { verbosity: Warning }',
      '  applicationInsights:',
      '    isEnabled: true',
      `    instrumentationKey: InstrumentationKey=${key};IngestionEndpoint=${url}`,
      '',
    ].join('\n');
    const metric = busMetric({ name: 'messages', namespaces: ['contoso-missing'], schedule: '* * * * *' });
    // The flag would raise the container's log again, and the port is told there.
    const exporter = await startExporter(
      emulator,
      { runtime, declaration: declarationOf(emulator, [metric]) },
      { args: ['--log-level', 'Information'] },
    );
    const messages = (): string[] => events.map(({ data }) => data.baseData.message);
    await until(
      () => Promise.resolve(events.find(({ data }) => data.baseData.properties['code'] === 'AZ3404')),
      (event) => event !== undefined,
    );
    await exporter.stop();
    expect(messages()[0]).toMatch(/^Azimuth .* listens on port \d+/);
    expect(messages().at(-1)).toBe('Stopping on SIGTERM.');
    expect(new Set(events.map(({ iKey }) => iKey))).toEqual(new Set([key]));
    expect(exporter.output()).not.toContain(key);
  });
});
