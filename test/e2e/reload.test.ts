import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import type { ConfigurationView } from '../../src/status/ports.ts';
import { emulate, emulatorEnv, listening, type Started, startProgram } from './harness.ts';
import { busMetric, declarationOf, worldOf } from './landscape.ts';

const runtime = 'authentication: { mode: SystemAssignedManagedIdentity }\nserver: { enableLifecycle: true }\n';
/** Runs at the start, and not again while these tests last. */
const yearly = '0 0 1 1 *';
const bus = (name: string, ...namespaces: string[]) => busMetric({ name, namespaces, schedule: yearly });

let emulator: Emulator;
beforeAll(async () => {
  emulator = await emulate(worldOf({ namespaces: ['contoso-a', 'contoso-b', 'contoso-c'] }));
});
afterAll(() => emulator.close());

/** A running exporter whose files can be rewritten. */
async function startIn(folder: string): Promise<Started> {
  const args = ['run', '--config-folder', folder, '--port', '0', '--log-format', 'json'];
  return listening(startProgram(args, emulatorEnv(emulator, folder)));
}

function filesOf(folder: string) {
  return {
    runtime: (text: string) => writeFileSync(join(folder, 'runtime.yaml'), text),
    declaration: (text: string) => writeFileSync(join(folder, 'metrics-declaration.yaml'), text),
    metrics: (...metrics: unknown[]) =>
      writeFileSync(join(folder, 'metrics-declaration.yaml'), declarationOf(emulator, metrics, yearly)),
  };
}

function askedResources(): string[] {
  const { calls } = emulator.control.calls();
  return calls.flatMap(({ resources }) => resources.map((id) => id.split('/').at(-1) ?? ''));
}

async function viewOf(exporter: Started): Promise<ConfigurationView> {
  const { configuration } = (await (await exporter.get('/api/v1/status')).json()) as {
    configuration: ConfigurationView;
  };
  return configuration;
}

describe('a reload', () => {
  const folder = mkdtempSync(join(tmpdir(), 'azimuth-reload-'));
  const files = filesOf(folder);
  let exporter: Started;
  const post = async (): Promise<[number, string]> => {
    const answer = await fetch(`http://127.0.0.1:${exporter.port}/-/reload`, { method: 'POST' });
    return [answer.status, await answer.text()];
  };
  const successOf = async (name: string): Promise<string[]> =>
    (await exporter.series('azimuth_scrape_success{')).filter((line) => line.includes(`metric_name="${name}"`));
  const reloaded = [200, 'The configuration was reloaded.\n'];
  const textOf = async (name: string): Promise<string> => (await exporter.series(name)).join('\n');

  beforeAll(async () => {
    files.runtime(runtime);
    files.metrics(bus('kept', 'contoso-a'), bus('other', 'contoso-b'));
    exporter = await startIn(folder);
    await exporter.until(
      async () => [await exporter.series('kept{'), await exporter.series('other{')],
      (lines) => lines.every(({ length }) => length === 1),
    );
  });
  afterAll(async () => {
    await exporter.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('asks at once for what is new, and for nothing else', async () => {
    const before = await exporter.series('kept{');
    emulator.control.clearCalls();
    files.metrics(bus('kept', 'contoso-a'), bus('other', 'contoso-b'), bus('added', 'contoso-c'));
    expect(await post()).toEqual(reloaded);
    expect(await exporter.series('kept{')).toEqual(before);
    await exporter.until(
      () => exporter.series('added{'),
      ({ length }) => length === 1,
    );
    expect(new Set(askedResources().filter((name) => name.startsWith('contoso-')))).toEqual(new Set(['contoso-c']));
  });

  it('removes the series of what is gone in the same moment', async () => {
    files.metrics(bus('kept', 'contoso-a'), bus('added', 'contoso-c'));
    expect(await post()).toEqual(reloaded);
    expect(await exporter.series('other{')).toEqual([]);
    expect(await successOf('other')).toEqual([]);
    expect((await exporter.series('azimuth_')).filter((line) => line.includes('metric_name="other"'))).toEqual([]);
    expect(await successOf('kept')).toHaveLength(1);
    expect(await exporter.series('kept{')).toHaveLength(1);
  });

  it('of a metric that is asked for in another way shows no value of before', async () => {
    const slow = emulator.control.addFault({ api: 'metrics', effect: { delayMs: 500 } });
    const average = { metricName: 'ActiveMessages', aggregation: { type: 'Average', interval: '00:01:00' } };
    files.metrics(bus('kept', 'contoso-a'), {
      ...(bus('added', 'contoso-c') as object),
      azureMetricConfiguration: average,
    });
    expect(await post()).toEqual(reloaded);
    expect(await exporter.series('added{')).toEqual([]);
    emulator.control.removeFault(slow);
    await exporter.until(
      () => exporter.series('added{'),
      ({ length }) => length === 1,
    );
  });

  it('that changes labels shows the former ones until a value comes under the new ones', async () => {
    const [before = ''] = await exporter.series('kept{');
    const slow = emulator.control.addFault({ api: 'metrics', effect: { delayMs: 500 } });
    const declared = { ...(bus('kept', 'contoso-a') as object), labels: { team: 'shop' } };
    files.metrics(declared, bus('added', 'contoso-c'));
    expect(await post()).toEqual(reloaded);
    expect(await exporter.series('kept{')).toEqual([before]);
    emulator.control.removeFault(slow);
    const [line] = await exporter.until(
      () => exporter.series('kept{'),
      ([shown]) => shown !== before,
    );
    expect(line).toContain('team="shop"');
  });

  it('describes a metric anew without asking for it', async () => {
    const declared = { ...(bus('kept', 'contoso-a') as object), labels: { team: 'shop' }, description: 'Kept anew' };
    emulator.control.clearCalls();
    files.metrics(declared, bus('added', 'contoso-c'));
    expect(await post()).toEqual(reloaded);
    expect(await (await exporter.get('/metrics')).text()).toContain('# HELP kept Kept anew\n');
    expect(askedResources()).toEqual([]);
  });

  it('of files with a new mistake is refused, told everywhere, and made good by saving them again', async () => {
    const declared = { ...(bus('kept', 'contoso-a') as object), labels: { team: 'shop' } };
    const hash = await textOf('azimuth_config_info{');
    const before = await exporter.series('kept{');
    for (const broken of [
      'metrics: [',
      declarationOf(emulator, [{ ...declared, resourceType: 'ServiceBus' }], yearly),
    ]) {
      files.declaration(broken);
      const [status, problems] = await post();
      expect([status, problems.split('\n')[0]]).toEqual([
        400,
        expect.stringMatching(/declaration\.yaml:\d+:\d+: AZ1\d{3}: /),
      ]);
      expect(await exporter.series('kept{')).toEqual(before);
      expect(await textOf('azimuth_config_info{')).toBe(hash);
      expect(await textOf('azimuth_config_last_reload_successful')).toBe('azimuth_config_last_reload_successful 0');
      expect((await viewOf(exporter)).lastReload).toMatchObject({ accepted: false });
      expect(await (await exporter.get('/')).text()).toContain('refused; what was in force before stays');
    }
    files.metrics(declared, bus('added', 'contoso-c'));
    await exporter.until(
      () => textOf('azimuth_config_last_reload_successful'),
      (line) => line.endsWith(' 1'),
    );
    expect(await exporter.series('kept{')).toEqual(before);
    expect((await viewOf(exporter)).lastReload).toMatchObject({ accepted: true });
  });

  it('comes by SIGHUP', async () => {
    files.metrics(bus('kept', 'contoso-a'), bus('hung_up', 'contoso-b'));
    exporter.child.kill('SIGHUP');
    await exporter.until(
      () => exporter.series('hung_up{'),
      ({ length }) => length === 1,
    );
    const line = await exporter.logged(({ msg }) => String(msg).includes('(SIGHUP)'));
    expect(line).toMatchObject({
      level: 'info',
      msg: 'The configuration was reloaded (SIGHUP): 2 metrics are scraped.',
    });
  });

  it('keeps what only a start can change, and says so', async () => {
    files.runtime(
      `${runtime.replace('enableLifecycle: true', 'enableLifecycle: true, httpPort: 9999')}metricSinks: { prometheusScrapingEndpoint: { baseUriPath: /here } }\n`,
    );
    // The flag for the port is the last word, so that nothing of it is left to change.
    expect(await post()).toEqual(reloaded);
    expect((await exporter.get('/metrics')).status).toBe(404);
    expect(await (await exporter.get('/here')).text()).toContain('kept{');
    files.runtime(
      `${runtime}telemetry: { defaultVerbosity: Debug }\nmetricSinks: { prometheusScrapingEndpoint: {}, statsd: { host: localhost } }\n`,
    );
    expect(await post()).toEqual(reloaded);
    const line = await exporter.logged(({ code }) => code === 'AZ2032');
    expect(line['msg']).toBe('These changes count from the next start: telemetry, metricSinks.statsd.');
    expect((await exporter.get('/metrics')).status).toBe(200);
  });

  it('leaves the program ready, whatever a new schedule comes to', async () => {
    const fresh = { ...(bus('nowhere', 'contoso-nowhere') as object), scraping: { schedule: '0 0 2 2 *' } };
    files.metrics(bus('kept', 'contoso-a'), fresh);
    expect(await post()).toEqual(reloaded);
    await exporter.until(
      () => successOf('nowhere'),
      ([line]) => line?.endsWith(' 0') === true,
    );
    expect((await exporter.get('/-/ready')).status).toBe(200);
    expect(await textOf('azimuth_scrape_duration_seconds{schedule="0 0 2 2 *"}')).not.toBe('');
    files.metrics(bus('kept', 'contoso-a'));
    expect(await post()).toEqual(reloaded);
    expect(await textOf('azimuth_scrape_duration_seconds{schedule="0 0 2 2 *"}')).toBe('');
  });
});

it('comes when Kubernetes swaps the link to the files of a ConfigMap', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'azimuth-reload-'));
  const publish = (version: string, ...metrics: unknown[]): void => {
    mkdirSync(join(folder, version));
    writeFileSync(join(folder, version, 'runtime.yaml'), runtime);
    writeFileSync(join(folder, version, 'metrics-declaration.yaml'), declarationOf(emulator, metrics, yearly));
    symlinkSync(version, join(folder, '..data_tmp'));
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
  };
  publish('..one', bus('first', 'contoso-a'));
  for (const name of ['runtime.yaml', 'metrics-declaration.yaml']) symlinkSync(`..data/${name}`, join(folder, name));
  const exporter = await startIn(folder);
  try {
    await exporter.until(
      () => exporter.series('first{'),
      ({ length }) => length === 1,
    );
    publish('..two', bus('second', 'contoso-b'));
    await exporter.until(
      () => exporter.series('second{'),
      ({ length }) => length === 1,
    );
    expect(await exporter.series('first{')).toEqual([]);
    expect(exporter.log.filter(({ msg }) => String(msg).startsWith('The configuration was reloaded'))).toMatchObject([
      { msg: 'The configuration was reloaded (its files changed): 1 metrics are scraped.' },
    ]);
  } finally {
    await exporter.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
