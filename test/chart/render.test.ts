import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cases, chart, helm, helmVersions, manifests, only, root, template, valuesFile } from './support/helm.ts';

describe('the values files', () => {
  it('are many', () => {
    expect(cases.length).toBeGreaterThan(15);
  });

  describe.each(helmVersions)('with Helm %i', (version) => {
    it('runs the version that is meant', () => {
      expect(helm(version, 'version', '--short').stdout).toMatch(new RegExp(`^v${version}\\.`));
    });

    it.each(cases)('%s passes lint --strict', (name) => {
      const { status, stdout } = helm(version, 'lint', '--strict', chart, '-f', valuesFile(name));
      expect(stdout).toContain('1 chart(s) linted, 0 chart(s) failed');
      expect(status).toBe(0);
    });

    it.each(cases)('%s renders the golden manifests', async (name) => {
      const { status, stdout, stderr } = template(version, name);
      expect(stderr).toBe('');
      expect(status).toBe(0);
      await expect(stdout).toMatchFileSnapshot(join(root, `test/golden/chart/${name}.yaml`));
    });
  });
});

describe('names', () => {
  it('fullnameOverride reaches every object', () => {
    for (const object of manifests('promitor')) {
      expect(object.metadata.name, object.kind).toMatch(/^promitor-agent-scraper(-test)?$/);
    }
  });

  it('keeps the address of scrape configurations made for Promitor', () => {
    const service = only(manifests('promitor'), 'Service');
    expect(`${service.metadata.name}.${service.metadata.namespace}:8888`).toBe(
      'promitor-agent-scraper.monitoring:8888',
    );
    expect(service['spec']).toMatchObject({ ports: [{ port: 8888, targetPort: 5000 }] });
  });

  it('two releases in a namespace share no name', () => {
    const names = (release: string) =>
      [...helm(4, 'template', release, chart).stdout.matchAll(/^ {2}name: (.+)$/gm)].map(([, name]) => name);
    const first = names('one');
    expect(first.length).toBeGreaterThan(3);
    expect(names('two').filter((name) => first.includes(name))).toEqual([]);
  });

  it.each([
    ['azimuth', 'azimuth'],
    ['my-azimuth-eu', 'my-azimuth-eu'],
    ['shop', 'shop-azimuth'],
  ])('release %s is called %s', (release, name) => {
    expect(helm(4, 'template', release, chart, '-s', 'templates/service.yaml').stdout).toContain(`\n  name: ${name}\n`);
  });

  it('are cut to what Kubernetes takes', () => {
    const { stdout } = helm(4, 'template', 'a', chart, '--set', `fullnameOverride=${'n'.repeat(80)}`);
    const names = [...stdout.matchAll(/^ {2}name: (.+)$/gm)].map(([, name = '']) => name);
    expect(new Set(names)).toEqual(new Set(['n'.repeat(63), `${'n'.repeat(58)}-test`]));
  });
});

describe('what the pods read', () => {
  it('a changed metric makes new pods', () => {
    const checksum = (...flags: string[]) =>
      /checksum\/config: (\w+)/.exec(template(4, 'minimal', '-s', 'templates/deployment.yaml', ...flags).stdout)?.[1];
    expect(checksum()).toMatch(/^\w{64}$/);
    expect(checksum('--set', 'metrics[0].name=other')).not.toBe(checksum());
    expect(checksum('--set', 'hotReload=true')).toBeUndefined();
  });

  it('the container listens where the Service, the probes and the runtime file say', () => {
    const objects = manifests('promitor');
    expect(only(objects, 'Deployment')['spec']).toMatchObject({
      template: { spec: { containers: [{ ports: [{ name: 'http', containerPort: 5000 }] }] } },
    });
    expect(only(objects, 'ConfigMap')['data']).toMatchObject({
      'runtime.yaml': expect.stringContaining('server:\n  httpPort: 5000\n') as string,
    });
  });
});
