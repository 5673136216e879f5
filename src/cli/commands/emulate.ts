import { appendFileSync, writeFileSync } from 'node:fs';
import { startEmulator } from '../../emulator/emulator.ts';
import { realClock } from '../../telemetry/clock.ts';
import type { Command } from '../command.ts';
import { port, text } from '../options.ts';
import { readWorld, sampleFolder } from '../world.ts';

export const emulateCommand: Command = {
  name: 'emulate',
  summary: 'run the Azure emulator alone',
  flags: {
    world: { type: 'string', value: 'FILE', help: 'landscape to serve (default: the sample of the demo)' },
    port: { type: 'string', value: 'N', help: 'TLS port of everything but identities (default: any free one)' },
    'identity-port': {
      type: 'string',
      value: 'N',
      help: 'port of the managed identity endpoint (default: any free one)',
    },
    'control-port': { type: 'string', value: 'N', help: 'port of the control routes (default: any free one)' },
    'ca-out': {
      type: 'string',
      value: 'FILE',
      help: 'where to write the certificate authority that clients must trust',
    },
    'log-calls': { type: 'string', value: 'FILE', help: 'append every call as a line of JSON' },
  },
  async run({ given, io }) {
    const world = readWorld(text(given, 'world') ?? new URL('world.yaml', sampleFolder));
    const caOut = text(given, 'ca-out');
    const callsFile = text(given, 'log-calls');
    const stopSignal = io.stopSignal();
    const ports = {
      port: port(given, 'port') ?? 0,
      identityPort: port(given, 'identity-port') ?? 0,
      controlPort: port(given, 'control-port') ?? 0,
    };
    let emulator: Awaited<ReturnType<typeof startEmulator>>;
    try {
      emulator = await startEmulator({
        world,
        ...ports,
        clock: realClock,
        log: (line) => io.err(`${line}\n`),
        ...(callsFile === undefined
          ? {}
          : { logCalls: (call) => appendFileSync(callsFile, `${JSON.stringify(call)}\n`) }),
      });
      if (caOut !== undefined) writeFileSync(caOut, emulator.caPem);
    } catch (error) {
      io.err(`azimuth emulate: ${error instanceof Error ? error.message : String(error)}\n`);
      return 1;
    }
    const ca = caOut ?? emulator.urls.ca;
    await io.out(`${JSON.stringify({ ...emulator.urls, ca })}\n`);
    await stopSignal;
    await emulator.close();
    return 0;
  },
};
