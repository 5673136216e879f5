import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { emulate, root } from '../e2e/harness.ts';
import { busMetric, clientIds, declarationOf, worldOf } from '../e2e/landscape.ts';
import { attempt, type Container, patienceMs, startContainer, succeed } from './engine.ts';
import { canRunContainers, needsContainers } from './store.ts';

const image = inject('image');
const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { version: string };
const metric = busMetric({ name: 'messages', namespaces: ['contoso-orders'], schedule: '*/2 * * * * *' });

describe.skipIf(!canRunContainers)(`a container with nothing but a read-only /config ${needsContainers}`, () => {
  let emulator: Emulator;
  let container: Container;
  beforeAll(async () => {
    emulator = await emulate(worldOf({ namespaces: ['contoso-orders'] }));
    const runtime = { authentication: { mode: 'UserAssignedManagedIdentity', identityId: clientIds.exporter } };
    const files = { runtime, declaration: declarationOf(emulator, [metric]) };
    container = await startContainer({ image, name: `azimuth-run-${process.pid}`, emulator, files });
  });
  afterAll(async () => {
    await container.stop();
    await emulator.close();
  });

  it('serves the series, and is ready', async () => {
    const lines = await container.until(
      () => container.series('messages{'),
      (found) => found.length === 1,
      patienceMs,
    );
    expect(lines[0]).toMatch(/^messages\{.*instance_name="contoso-orders".*\} \d+$/);
    const ready = await container.until(
      () => container.get('/-/ready'),
      ({ status }) => status === 200,
      patienceMs,
    );
    expect(await ready.text()).toBe('Azimuth is ready.\n');
    expect(await container.series('azimuth_build_info{')).toEqual([expect.stringContaining(`version="${version}"`)]);
  });

  it('is a numeric user without rights, in a group of its own', async () => {
    const status = await container.node('process.stdout.write(fs.readFileSync("/proc/1/status","utf8"))');
    const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
    expect(await container.node("console.log(fs.readFileSync('/proc/1/cmdline', 'utf8').split('\\0')[1])")).toBe(
      '/app/bin/azimuth.js',
    );
    expect(field('Uid').split('\t')).toEqual(['65532', '65532', '65532', '65532']);
    expect(field('Gid').split('\t')).toEqual(['65532', '65532', '65532', '65532']);
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) expect(field(set), set).toMatch(/^0+$/);
    expect(field('NoNewPrivs')).toBe('1');
    expect(field('Seccomp')).toBe('2');
  });

  it('can write nowhere', async () => {
    const script = `
      const codes = ['/', '/app', '/tmp', '/config', '/home/nonroot', '/var'].map((folder) => {
        try { fs.writeFileSync(folder + '/written', ''); return 'written'; } catch ({ code }) { return code; }
      });
      console.log(codes.join(' '));`;
    expect(await container.node(script)).toBe('EROFS EROFS EROFS EROFS EROFS EROFS');
  });

  it('has a limit of memory and stays below it', async () => {
    const limit = await succeed('podman', ['inspect', '--format', '{{.HostConfig.Memory}}', container.name]);
    expect(Number(limit)).toBe(256 * 2 ** 20);
    const held = await container.node(
      "for (const file of ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes']) if (fs.existsSync(file)) console.log(fs.readFileSync(file, 'utf8').trim())",
    );
    expect(Number(held)).toBe(256 * 2 ** 20);
    const status = await container.node('process.stdout.write(fs.readFileSync("/proc/1/status","utf8"))');
    const kibibytes = Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]);
    console.log(`most memory so far: ${(kibibytes / 1024).toFixed(0)} MiB`);
    expect(kibibytes / 1024).toBeLessThan(230);
  });

  it('is healthy for its own health check', async () => {
    // A single check may be over time on a loaded machine; orchestrators ask again too.
    await container.until(
      () => container.azimuth('health'),
      ({ code, stdout }) => code === 0 && stdout === 'Azimuth is healthy.\n',
      patienceMs,
    );
    await container.until(
      () => attempt('podman', ['healthcheck', 'run', container.name]),
      ({ code, stdout }) => code === 0 && stdout === '',
      patienceMs,
    );
  });

  it('is unhealthy for a health check that nothing answers', async () => {
    const { code, stderr } = await container.azimuth('health', '--url', 'http://127.0.0.1:1');
    expect(stderr).toContain('http://127.0.0.1:1 does not answer: ');
    expect(code).not.toBe(0);
  });

  it('ends at SIGTERM with exit code 0, and long before SIGKILL', async () => {
    const startMs = Date.now();
    expect(await container.halt()).toBe(0);
    expect(Date.now() - startMs).toBeLessThan(6_000);
    expect(container.log.map(({ msg }) => msg)).toContain('Stopping on SIGTERM.');
    expect(container.log.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
  });
});

describe.skipIf(!canRunContainers)(`a container without a configuration ${needsContainers}`, () => {
  it('says what to mount, and ends with the code of a missing file', async () => {
    const name = `azimuth-empty-${process.pid}`;
    const args = ['run', '--rm', '--no-healthcheck', '--network=none', `--name=${name}`, '--tmpfs=/config', image];
    const { code, stderr } = await attempt('podman', args);
    expect(stderr).toContain('/config/runtime.yaml');
    expect(code).toBe(4);
  });

  it('takes the command and flags as arguments', async () => {
    const args = ['run', '--rm', '--no-healthcheck', '--network=none', image, '--version'];
    expect(await succeed('podman', args)).toBe(version);
  });
});
