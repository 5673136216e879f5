import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import type { CloudEndpoints } from '../../core/clouds.ts';
import type { EmulatorUrls } from '../../emulator/emulator.ts';
import { startEmulator } from '../../emulator/emulator.ts';
import { realClock } from '../../telemetry/clock.ts';
import type { Command } from '../command.ts';
import { accept, load, loggerFor, type Runnable } from '../configuration.ts';
import { text } from '../options.ts';
import { readWorld, sampleFolder } from '../world.ts';
import { runFlags, serve } from './run.ts';

/** Other ways to a managed identity that a developer's machine may offer; the demo wants the emulator's. */
const otherIdentities = ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'MSI_ENDPOINT', 'AZURE_FEDERATED_TOKEN_FILE'];

export const demoCommand: Command = {
  name: 'demo',
  summary: 'run emulator and exporter together on the sample landscape, without Azure',
  flags: {
    ...runFlags,
    world: { type: 'string', value: 'FILE', help: 'landscape of the emulator (default: the sample)' },
  },
  async run(input) {
    const { given, io } = input;
    // Signals count from here on; the emulator takes a moment to start.
    void io.stopSignal();
    const loadSample = () => load(input, { folder: fileURLToPath(sampleFolder) });
    const loaded = loadSample();
    const logger = loggerFor(input, loaded.runtime);
    const runnable = accept(loaded, logger);
    if (typeof runnable === 'number') return runnable;
    const world = readWorld(text(given, 'world') ?? new URL('world.yaml', sampleFolder));
    const emulator = await startEmulator({ world, clock: realClock, log: (line) => logger.warn(line) });
    setDefaultCACertificates([...getCACertificates('default'), emulator.caPem]);
    for (const name of otherIdentities) io.unsetEnv(name);
    io.setEnv('AZURE_POD_IDENTITY_AUTHORITY_HOST', emulator.urls.identity);
    logger.info(`The emulated Azure answers at ${emulator.urls.arm}; control it at ${emulator.urls.control}.`);
    try {
      const adapt = ({ runtime, declaration }: Runnable): Runnable => ({
        runtime: { ...runtime, authentication: { mode: 'SystemAssignedManagedIdentity' } },
        declaration: { ...declaration, cloud: emulatedCloud(emulator.urls) },
      });
      return await serve(input, { loaded, load: loadSample, adapt }, runnable, logger);
    } finally {
      await emulator.close();
    }
  },
};

function emulatedCloud(urls: EmulatorUrls): CloudEndpoints {
  return {
    name: 'Custom',
    authority: urls.authority,
    resourceManager: urls.arm,
    resourceManagerAudience: urls.arm,
    metricsDataPlane: urls.dataPlane,
    metricsDataPlaneAudience: 'https://metrics.monitor.azure.com',
    logAnalytics: urls.logs,
    logAnalyticsAudience: urls.logs,
    storageQueue: urls.queue,
  };
}
