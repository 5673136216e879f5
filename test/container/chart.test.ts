import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { helm } from '../../scripts/helm.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { emulate, freePort, until } from '../e2e/harness.ts';
import { busMetric, clientIds, declarationOf, worldOf } from '../e2e/landscape.ts';
import { requireProgram } from '../e2e/programs.ts';
import { startPrometheus } from '../e2e/real-prometheus.ts';
import { attempt, patienceMs, startContainer, succeed } from './engine.ts';
import { canRunContainers, needsContainers } from './store.ts';

const image = inject('image');
const prometheus = requireProgram('prometheus');
const runs = canRunContainers && prometheus !== undefined;
const [repository = '', tag = ''] = image.split(/:(?=[^:]*$)/);

/** The objects that the chart makes, as far as these tests read them. */
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

interface Rendered {
  readonly emulator: Emulator;
  readonly release: string;
  readonly port: number;
  readonly folder: string;
  /** The only object of a kind. */
  only(kind: string): Manifest;
}

/** Renders the chart as a user of the emulated Azure would, on a port of its own. */
async function render(release: string): Promise<Rendered> {
  const emulator = await emulate(worldOf({ namespaces: ['contoso-orders'] }));
  const port = await freePort();
  const metric = busMetric({ name: 'messages', namespaces: ['contoso-orders'], schedule: '*/2 * * * * *' });
  const { azureMetadata, metricDefaults, metrics } = parse(declarationOf(emulator, [metric])) as Record<
    string,
    unknown
  >;
  const values = {
    image: { repository, tag, pullPolicy: 'Never' },
    azureAuthentication: { mode: 'UserAssignedManagedIdentity', identity: { id: clientIds.exporter } },
    azureMetadata,
    metricDefaults,
    metrics,
    service: { port, targetPort: port },
    metricSinks: {
      prometheusScrapingEndpoint: { serviceMonitor: { enabled: true, interval: '1s', timeout: '900ms' } },
    },
    resources: { limits: { memory: '256Mi' } },
    deployment: {
      env: {
        extra: [
          { name: 'NODE_EXTRA_CA_CERTS', value: '/emulator/ca.pem' },
          { name: 'AZURE_POD_IDENTITY_AUTHORITY_HOST', value: emulator.urls.identity },
        ],
      },
    },
    extraVolumes: [{ name: 'emulator', configMap: { name: 'emulator' } }],
    extraVolumeMounts: [{ name: 'emulator', mountPath: '/emulator', readOnly: true }],
  };
  const folder = mkdtempSync(join(tmpdir(), 'azimuth-chart-'));
  const file = join(folder, 'values.yaml');
  writeFileSync(file, JSON.stringify(values));
  const text = await succeed(helm(4), ['template', release, 'charts/azimuth', '--values', file]);
  const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  const only = (kind: string): Manifest => {
    const [found, ...more] = manifests.filter((one) => one.kind === kind);
    if (found === undefined || more.length > 0) throw new Error(`not one ${kind} in:\n${text}`);
    return found;
  };
  return { emulator, release, port, folder, only };
}

async function clear({ emulator, folder }: Rendered): Promise<void> {
  await emulator.close();
  rmSync(folder, { recursive: true, force: true });
}

describe.skipIf(!runs)(`the ConfigMap of the chart in the container ${needsContainers}`, () => {
  let rendered: Rendered;
  let container: Awaited<ReturnType<typeof startContainer>>;
  beforeAll(async () => {
    const name = `azimuth-configmap-${process.pid}`;
    rendered = await render(name);
    const { 'runtime.yaml': runtime = '', 'metrics-declaration.yaml': declaration = '' } =
      rendered.only('ConfigMap').data ?? {};
    container = await startContainer({ image, name, emulator: rendered.emulator, files: { runtime, declaration } });
  });
  afterAll(async () => {
    await container.stop();
    await clear(rendered);
  });

  it('gives the series, on the port of the values', async () => {
    expect(container.port).toBe(rendered.port);
    await container.until(
      () => container.series('messages{'),
      (lines) => lines.length === 1,
      patienceMs,
    );
  });

  it('is found healthy by the command of the test pod, which finds the Service by its name', async () => {
    const { containers } = rendered.only('Pod').spec as { containers: { image: string; args: string[] }[] };
    const [pod] = containers;
    expect(pod?.image).toBe(image);
    const host = `--add-host=${rendered.only('Service').metadata.name}:127.0.0.1`;
    const flags = ['run', '--rm', '--network=host', '--no-healthcheck', '--read-only', '--cap-drop=all', host];
    expect(await attempt('podman', [...flags, image, ...(pod?.args ?? [])])).toMatchObject({
      code: 0,
      stdout: 'Azimuth is healthy.\n',
    });
  });

  it('is scraped by a real Prometheus as the ServiceMonitor says', async ({ onTestFinished }) => {
    const { endpoints } = rendered.only('ServiceMonitor').spec as {
      endpoints: { port: string; path: string; interval: string; scrapeTimeout: string }[];
    };
    const { ports } = rendered.only('Service').spec as { ports: { name: string; port: number }[] };
    const [endpoint] = endpoints;
    const port = ports.find(({ name }) => name === endpoint?.port)?.port;
    const job = {
      job_name: rendered.release,
      metrics_path: endpoint?.path,
      scrape_interval: endpoint?.interval,
      scrape_timeout: endpoint?.scrapeTimeout,
      static_configs: [{ targets: [`127.0.0.1:${port}`] }],
    };
    const server = await startPrometheus(prometheus ?? '', rendered.folder, { scrape_configs: [job] });
    onTestFinished(() => server.stop());
    await until(
      () => server.query('sum(count_over_time(up[1m])) or vector(0)'),
      (scrapes) => scrapes >= 3,
      patienceMs,
    );
    expect(await server.query('min_over_time(up[1m])')).toBe(1);
    expect(await server.query('count(messages{instance_name="contoso-orders"})')).toBe(1);
    expect(await server.query('count(azimuth_build_info)')).toBe(1);
    expect(await server.targetErrors()).toEqual(['']);
  });
});

describe.skipIf(!runs)(`the Deployment of the chart under podman play kube ${needsContainers}`, () => {
  let rendered: Rendered;
  let file: string;
  let name: string;
  const at = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${rendered.port}${path}`);
  const inside = (script: string): Promise<string> =>
    succeed('podman', ['exec', name, '/nodejs/bin/node', '-e', script]);

  beforeAll(async () => {
    rendered = await render(`azimuth-kube-${process.pid}`);
    const deployment = structuredClone(rendered.only('Deployment')) as unknown as {
      spec: { template: { spec: { containers: { ports?: unknown }[] } } };
    };
    // podman would publish them, which it cannot on the host's network.
    for (const container of deployment.spec.template.spec.containers) delete container.ports;
    const ca = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'emulator' } };
    const authority = { ...ca, data: { 'ca.pem': rendered.emulator.caPem } };
    file = join(rendered.folder, 'pod.yaml');
    writeFileSync(file, [rendered.only('ConfigMap'), authority, deployment].map((one) => stringify(one)).join('---\n'));
    await succeed('podman', ['play', 'kube', '--network=host', file]);
    name = `${rendered.only('Deployment').metadata.name}-pod-0-azimuth`;
  });
  afterAll(async () => {
    await attempt('podman', ['play', 'kube', '--down', file]);
    await attempt('podman', ['volume', 'rm', '--force', 'emulator', rendered.only('ConfigMap').metadata.name]);
    await clear(rendered);
  });

  it('serves the series and is ready', async () => {
    const ready = (): Promise<number> =>
      at('/-/ready').then(
        ({ status }) => status,
        () => 0,
      );
    await until(ready, (status) => status === 200, patienceMs);
    expect(await (await at('/metrics')).text()).toMatch(/^messages\{.*instance_name="contoso-orders".*\} \d+$/m);
  });

  it('has the rights that the manifest leaves it', async () => {
    const status = await inside('process.stdout.write(fs.readFileSync("/proc/self/status","utf8"))');
    expect(status).toMatch(/^Uid:\t65532\t65532\t65532\t65532$/m);
    expect(status).toMatch(/^Gid:\t65532\t/m);
    expect(status).toMatch(/^CapEff:\t0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(
      await inside(
        'try { fs.writeFileSync("/app/x", ""); console.log("written") } catch ({ code }) { console.log(code) }',
      ),
    ).toBe('EROFS');
    expect(await succeed('podman', ['inspect', '--format', '{{.HostConfig.Memory}}', name])).toBe(
      String(256 * 2 ** 20),
    );
  });

  it('ends at SIGTERM with exit code 0', async () => {
    await succeed('podman', ['stop', '--time=10', name]);
    expect(await succeed('podman', ['inspect', '--format', '{{.State.ExitCode}}', name])).toBe('0');
  });
});
