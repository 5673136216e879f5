import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Configured } from '../src/compose/core.ts';
import type { LoadedConfiguration } from '../src/config/load.ts';
import type { Problem } from '../src/config/problem.ts';
import { createReloader } from '../src/reload.ts';
import { createLogger } from '../src/telemetry/logger.ts';
import { createOwnRegistry } from '../src/telemetry/registry.ts';
import { createFakeClock } from './fakes/clock.ts';
import { aDeclaration, aMetric } from './fakes/declaration.ts';
import { aRuntime } from './fakes/runtime.ts';

const mistake: Problem = {
  code: 'AZ1012',
  severity: 'error',
  file: 'declaration.yaml',
  line: 3,
  column: 5,
  path: 'metrics[0].resourceType',
  message: 'No such type.',
  found: 'x',
  suggestions: [],
  metric: 'load',
};

function loadedAs(hash: string, changes: Partial<LoadedConfiguration> = {}): LoadedConfiguration {
  return {
    folder: '/config',
    files: ['/config/runtime.yaml'],
    watched: ['/config/runtime.yaml', '/config/optional.yaml'],
    hash,
    problems: [],
    invalidMetrics: [],
    runtime: aRuntime(),
    declaration: aDeclaration(aMetric({ name: hash })),
    ...changes,
  };
}

function setUp(options: { readonly first?: LoadedConfiguration; readonly refusal?: string } = {}) {
  const clock = createFakeClock();
  const log: string[] = [];
  const destination = new PassThrough();
  destination.on('data', (line: Buffer) => log.push((JSON.parse(line.toString()) as { msg: string }).msg));
  const used: string[] = [];
  const files = { next: loadedAs('two'), stamp: 'one', crash: false };
  const registry = createOwnRegistry({ prefix: 'azimuth', elsewhere: new Set(), runtime: false });
  let finish: (() => void)[] = [];
  const exporter = {
    registry,
    async reconfigure({ declaration }: Configured) {
      if (files.crash) throw new Error('a defect');
      used.push(`begin ${declaration.metrics[0]?.name}`);
      await new Promise<void>((resolve) => finish.push(resolve));
      used.push(`end ${declaration.metrics[0]?.name}`);
    },
  };
  const first = options.first ?? loadedAs('one');
  const { runtime, declaration } = first;
  if (runtime === undefined || declaration === undefined) throw new Error('it has to start');
  const reloader = createReloader({
    exporter,
    loaded: first,
    started: { runtime, declaration },
    load: () => files.next,
    adapt: (runnable) => runnable,
    refusal: () => options.refusal,
    stamp: (path) => (path === '/config/runtime.yaml' ? files.stamp : 'absent'),
    clock,
    logger: createLogger({
      level: 'Information',
      container: { enabled: true },
      format: 'json',
      color: false,
      destination,
    }),
  });
  const metrics = async (): Promise<string[]> =>
    (await registry.text('text'))
      .split('\n')
      .filter((line) => /^azimuth_config_(info|last_reload_successful)/.test(line));
  return {
    clock,
    log,
    used,
    files,
    reloader,
    metrics,
    /** Lets every reload that is going on end. */
    finishAll: async (): Promise<void> => {
      for (let round = 0; round < 5; round += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        for (const resolve of finish.splice(0)) resolve();
      }
      finish = [];
    },
  };
}

const inForce = (hash: string, ok = 1) => [
  `azimuth_config_info{hash="${hash}"} 1`,
  `azimuth_config_last_reload_successful ${ok}`,
];

describe('the reloader', () => {
  it('puts other files in force, one after the other however often it is asked', async () => {
    const { reloader, used, files, finishAll, metrics, log } = setUp();
    const first = reloader.reload('one');
    files.next = loadedAs('three');
    const second = reloader.reload('two');
    await finishAll();
    expect([await first, await second]).toEqual([[], []]);
    expect(used).toEqual(['begin three', 'end three']);
    files.next = loadedAs('four');
    const third = reloader.reload('three');
    await finishAll();
    await third;
    expect(used.slice(2)).toEqual(['begin four', 'end four']);
    expect(await metrics()).toEqual(inForce('four'));
    expect(log).toContain('The configuration was reloaded (three): 1 metrics are scraped.');
  });

  it('keeps what is in force when the files have a mistake that those in force have not', async () => {
    const { reloader, used, files, metrics, log } = setUp();
    files.next = loadedAs('two', { problems: [mistake] });
    expect(await reloader.reload('why')).toEqual(['declaration.yaml:3:5: AZ1012: No such type.']);
    expect(used).toEqual([]);
    expect(await metrics()).toEqual(inForce('one', 0));
    expect(reloader.view().lastReload).toMatchObject({
      accepted: false,
      problems: [{ code: 'AZ1012', metric: 'load' }],
    });
    expect(log.at(-1)).toBe('The changed configuration is not used; what was in force stays.');
    files.next = loadedAs('one');
    expect(await reloader.reload('mended')).toEqual([]);
    expect(used).toEqual([]);
    expect(log.at(-1)).toBe('The files are those in force again (mended).');
    expect(await metrics()).toEqual(inForce('one'));
    expect(reloader.view().lastReload).toMatchObject({ accepted: true });
  });

  it('lives with a mistake that was there at the start, wherever its line is now', async () => {
    const first = loadedAs('one', { problems: [mistake], invalidMetrics: [{ name: 'load', problems: [mistake] }] });
    const { reloader, used, files, finishAll } = setUp({ first });
    files.next = loadedAs('two', { problems: [{ ...mistake, line: 30 }] });
    const done = reloader.reload('why');
    await finishAll();
    expect(await done).toEqual([]);
    expect(used).toHaveLength(2);
  });

  it('refuses what a start would refuse', async () => {
    const { reloader, files } = setUp();
    files.next = loadedAs('two', { refusal: { exitCode: 3, message: 'There is no runtime.yaml.' } });
    expect(await reloader.reload('why')).toEqual(['AZ2031: There is no runtime.yaml.']);
    const strict = setUp({ refusal: 'The plan exceeds the budget.' });
    expect(await strict.reloader.reload('why')).toEqual(['AZ2031: The plan exceeds the budget.']);
  });

  it('survives a defect of its own, and goes on', async () => {
    const { reloader, files, finishAll, used } = setUp();
    files.crash = true;
    expect(await reloader.reload('why')).toEqual(['AZ2031: a defect']);
    files.crash = false;
    const done = reloader.reload('again');
    await finishAll();
    expect(await done).toEqual([]);
    expect(used).toEqual(['begin two', 'end two']);
  });

  it('watches the files until it is stopped, and waits for one that is being written', async () => {
    const { reloader, files, clock, used, finishAll } = setUp();
    files.stamp = 'being written';
    await clock.advance(2_000);
    files.stamp = 'two';
    await clock.advance(2_000);
    expect(used).toEqual([]);
    await clock.advance(2_000);
    await finishAll();
    expect(used).toEqual(['begin two', 'end two']);
    reloader.stop();
    files.stamp = 'three';
    files.next = loadedAs('three');
    await clock.advance(10_000);
    await finishAll();
    expect(used).toHaveLength(2);
  });

  it('goes on to watch the files in force while their folder is away', async () => {
    const { reloader, files, clock, used, finishAll, log } = setUp();
    const message = 'The configuration folder does not exist.';
    const { runtime: _runtime, declaration: _declaration, ...nothing } = loadedAs('none');
    files.next = { ...nothing, files: [], watched: ['/config/optional.yaml'], refusal: { exitCode: 3, message } };
    files.stamp = 'absent';
    await clock.advance(20_000);
    await finishAll();
    expect(log).toEqual([`AZ2031: ${message}`, 'The changed configuration is not used; what was in force stays.']);
    files.stamp = 'two';
    files.next = loadedAs('two');
    await clock.advance(4_000);
    await finishAll();
    expect(used).toEqual(['begin two', 'end two']);
    reloader.stop();
  });
});
