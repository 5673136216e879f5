import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { requireProgram } from '../e2e/programs.ts';
import { chart, helm, type Manifest, only, parseManifests, root } from './support/helm.ts';
import { unknownFields, validate } from './support/models.ts';
import { configFilesIn, environmentIn, podOf } from './support/pod.ts';
import { commandsOf, type Installation, installations, valuesFiles, walkthroughs } from './support/walkthroughs.ts';

const promtool = requireProgram('promtool', 'prometheus');
const folder = mkdtempSync(join(tmpdir(), 'azimuth-walkthroughs-'));
afterAll(() => rmSync(folder, { recursive: true }));

const all = installations();
const titled = all.map((installation, index) => ({ ...installation, title: `${installation.page}, ${index + 1}` }));

const rendered = new Map<string, readonly Manifest[]>();
function render({ command, flags }: Installation): readonly Manifest[] {
  const key = flags.join(' ');
  const known = rendered.get(key);
  if (known !== undefined) return known;
  const values = flags.map((flag) => (flag.startsWith('docs/') ? join(root, flag) : flag));
  const { status, stdout, stderr } = helm(4, 'template', 'azimuth', chart, ...values);
  if (status !== 0) throw new Error(`${command}\n${stderr}`);
  const objects = parseManifests(stdout);
  rendered.set(key, objects);
  return objects;
}

function installation(page: string, values: string): Installation {
  const first = all.find((one) => one.page === page && one.command.includes(values));
  if (first === undefined) throw new Error(`${page} installs nothing with ${values}`);
  return first;
}

describe('the commands of the walkthroughs', () => {
  it('install Azimuth on every page', () => {
    expect(new Set(all.map(({ page }) => page))).toEqual(new Set(walkthroughs.map(({ name }) => name)));
    for (const { flags, command } of all) expect(flags.join(' '), command).not.toContain('$');
  });

  it.each(titled)('$title: the ConfigMap is valid, without a warning', ({ title, ...installation }) => {
    const objects = render(installation);
    const config = mkdtempSync(join(folder, 'config-'));
    for (const [file, text] of Object.entries(configFilesIn(objects))) writeFileSync(join(config, file), text);
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(root, 'bin/azimuth.js'), 'validate', '--strict', '--format', 'json', '--config-folder', config],
      { env: environmentIn(objects), encoding: 'utf8', timeout: 30_000 },
    );
    expect((JSON.parse(stdout) as { problems: unknown }).problems, title).toEqual([]);
    expect(status).toBe(0);
  });

  it.each(titled)('$title: the manifests have the types of Kubernetes', async ({ title, ...installation }) => {
    const objects = render(installation);
    for (const manifest of objects) expect(await validate(manifest), `${title} ${manifest.kind}`).toBe('');
  });

  it('make no manifest with an unknown field', () => {
    expect(unknownFields(all.flatMap(render))).toEqual([]);
  });

  it.each(walkthroughs)('of $name are shell', ({ blocks }) => {
    const input = blocks.filter(({ language }) => language === 'sh').map(({ text }) => text);
    expect(input.length).toBeGreaterThan(3);
    expect(spawnSync('bash', ['-n'], { input: input.join('\n'), encoding: 'utf8' }).stderr).toBe('');
  });

  it.each(walkthroughs)('of $name begin with a group and end with a graph', (page) => {
    const lines = commandsOf(page);
    expect(lines.find((line) => line.startsWith('az ') && !line.startsWith('az account'))).toMatch(/^az group create /);
    expect(page.blocks.some(({ language }) => language === 'promql')).toBe(true);
    expect(page.text).toContain('\n## If it does not work\n');
  });

  it('run Azimuth in the pod as the image does', () => {
    const entry = /^ENTRYPOINT (.*)$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8'))?.[1] ?? '[]';
    const program = (JSON.parse(entry) as string[]).join(' ');
    const inPod = walkthroughs.flatMap(commandsOf).filter((line) => line.startsWith('kubectl exec '));
    expect(inPod.length).toBeGreaterThan(1);
    for (const line of inPod) expect(line).toContain(`deployment/azimuth -- ${program} check`);
  });
});

describe('the values files of the walkthroughs', () => {
  it.each(valuesFiles)('%s is used by a command, and stands on its page', (file) => {
    expect(all.some(({ flags }) => flags.includes(file))).toBe(true);
    const text = readFileSync(join(root, file), 'utf8');
    const shown = walkthroughs.filter(({ blocks }) => blocks.some((block) => block.text === text));
    expect(shown.length).toBeGreaterThan(0);
  });
});

describe('what the pages say of the objects', () => {
  const accountOf = (objects: readonly Manifest[]): string => {
    const { name, namespace = '' } = only(objects, 'ServiceAccount').metadata;
    return `system:serviceaccount:${namespace}:${name}`;
  };

  it('the federated credential names the service account', () => {
    const trusting = walkthroughs.filter(({ text }) => text.includes('az identity federated-credential create'));
    expect(trusting.length).toBe(3);
    for (const page of trusting) {
      const line = commandsOf(page).find((command) => command.startsWith('az identity federated-credential')) ?? '';
      const account = accountOf(render(installation(page.name, 'workload-identity.yaml')));
      expect(line).toContain(`--subject "${account}"`);
    }
  });

  it('AAD Pod Identity: type 0 in namespaced mode, type 1, and the exception', () => {
    const page = 'aks-pod-identity.md';
    const managed = render(installation(page, 'pod-identity.yaml'));
    expect(only(managed, 'AzureIdentity')).toMatchObject({
      metadata: { annotations: { 'aadpodidentity.k8s.io/Behavior': 'namespaced' } },
      spec: { type: 0 },
    });
    expect(only(managed, 'AzureIdentityBinding')['spec']).toMatchObject({ selector: 'azimuth' });
    expect(podOf(managed).metadata.labels['aadpodidbinding']).toBe('azimuth');
    const principal = render(installation(page, 'pod-identity-principal.yaml'));
    expect(only(principal, 'AzureIdentity')['spec']).toMatchObject({
      type: 1,
      clientPassword: { name: 'azimuth-principal', namespace: 'monitoring' },
    });
    const node = render(installation(page, 'node-identity.yaml'));
    expect(node.map(({ kind }) => kind)).toContain('AzurePodIdentityException');
    expect(node.map(({ kind }) => kind)).not.toContain('AzureIdentity');
    expect(podOf(node).metadata.labels['aadpodidbinding']).toBeUndefined();
  });

  it('managed Prometheus: the API group of the agent, and its limits', () => {
    const objects = render(installation('azure-managed-prometheus.md', 'azure-managed-prometheus.yaml'));
    expect(only(objects, 'PodMonitor')).toMatchObject({
      apiVersion: 'azmonitoring.coreos.com/v1',
      spec: { labelLimit: 63, labelNameLengthLimit: 511, labelValueLengthLimit: 1023 },
    });
  });

  it('a ServiceMonitor or a PodMonitor, never both, and no annotations beside them', () => {
    const monitors = all.map((one) => render(one).filter(({ kind }) => kind.endsWith('Monitor')).length);
    expect(new Set(monitors)).toEqual(new Set([0, 1]));
    const operator = render(installation('prometheus.md', 'prometheus-operator.yaml'));
    expect(operator.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['ServiceMonitor', 'PrometheusRule']));
    expect(only(operator, 'Service').metadata.annotations).toBeUndefined();
  });

  it('plain Prometheus: the target is the Service', () => {
    const service = only(render(installation('prometheus.md', 'workload-identity.yaml')), 'Service');
    const { name, namespace } = service.metadata;
    const [, text = ''] =
      /targets: \['(.*)'\]/.exec(readFileSync(join(root, 'docs/walkthroughs/prometheus.md'), 'utf8')) ?? [];
    expect(text).toBe(`${name}.${namespace}.svc.cluster.local:8888`);
    expect(service.metadata.annotations).toEqual({
      'prometheus.io/scrape': 'true',
      'prometheus.io/path': '/metrics',
      'prometheus.io/port': '8888',
    });
  });

  it.skipIf(promtool === undefined)('plain Prometheus takes the scrape configurations (needs promtool)', () => {
    const page = walkthroughs.find(({ name }) => name === 'prometheus.md');
    const configurations = (page?.blocks ?? []).filter(({ text }) => text.startsWith('scrape_configs:'));
    expect(configurations.length).toBe(2);
    for (const [index, { text }] of configurations.entries()) {
      const file = join(folder, `prometheus-${index}.yml`);
      // Debian's build of promtool knows no service discovery of Kubernetes; the rest is to be checked all the same.
      writeFileSync(file, text.replace('kubernetes_sd_configs:\n      - role: endpoints', 'static_configs: []'));
      const check = spawnSync(promtool ?? '', ['check', 'config', file], { encoding: 'utf8' });
      expect(check.status, check.stderr).toBe(0);
    }
  });

  it('queries name metrics that the values declare', () => {
    for (const { name, blocks } of walkthroughs) {
      const declared = valuesFiles.flatMap((file) => {
        const { metrics = [] } = parse(readFileSync(join(root, file), 'utf8')) as { metrics?: { name: string }[] };
        return metrics.map((metric) => metric.name);
      });
      const queries = blocks.filter(({ language }) => language === 'promql').map(({ text }) => text);
      for (const query of queries)
        expect(
          declared.some((metric) => query.includes(`(${metric})`)),
          name,
        ).toBe(true);
    }
  });
});
