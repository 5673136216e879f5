import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { chart, helm, manifests, only, valuesFile } from './support/helm.ts';

/** Notes of a release, through an installation that stays on this side (only Helm 4 can do that without a cluster). */
function notes(name: string, ...flags: readonly string[]): string {
  const args = ['install', 'azimuth', chart, '--dry-run=client', '--namespace', 'monitoring', '-f', valuesFile(name)];
  const { status, stdout, stderr } = helm(4, ...args, ...flags);
  expect(stderr.replace(/^level=.*\n/gm, '')).toBe('');
  expect(status).toBe(0);
  return stdout.slice(stdout.indexOf('NOTES:\n') + 'NOTES:\n'.length);
}

describe('the notes', () => {
  it('tell how to reach this release', () => {
    expect(notes('minimal')).toBe(`Azimuth 0.1.0 scrapes Azure Monitor as release azimuth in namespace monitoring.

Look at the metrics:

  kubectl port-forward --namespace monitoring service/azimuth 8888:8888
  curl http://127.0.0.1:8888/metrics

If values are missing:

  curl http://127.0.0.1:8888/-/ready
  kubectl logs --namespace monitoring deployment/azimuth

Test the release: helm test --namespace monitoring azimuth

Prometheus in this cluster finds it at azimuth.monitoring.svc:8888/metrics
`);
  });

  it.each(['minimal', 'promitor', 'promitor-discovery', 'everything'])(
    'name the Service and the port of %s',
    (name) => {
      const service = only(manifests(name), 'Service');
      const { ports } = service['spec'] as { ports: readonly [{ port: number }] };
      expect(notes(name)).toContain(
        `kubectl port-forward --namespace monitoring service/${service.metadata.name} 8888:${ports[0].port}\n`,
      );
    },
  );

  it('tell what is missing before anything is scraped', () => {
    expect(notes('default')).toContain(`
WARNING: nothing is scraped until these values are set:
  - azureMetadata.tenantId
  - azureMetadata.subscriptionId
  - azureAuthentication.identity.id
  - azureAuthentication.identity.key (or another azureAuthentication.mode)
  - metrics
`);
  });

  it('say that pod security policies are gone', () => {
    expect(notes('promitor')).toContain('NOTE: rbac.podSecurityPolicyEnabled has no effect.');
    expect(notes('minimal')).not.toContain('podSecurityPolicyEnabled');
  });

  it('say what more pods cost', () => {
    expect(notes('minimal', '--set', 'replicaCount=3')).toContain('NOTE: each of the 3 pods scrapes everything');
  });

  it.each(['minimal', 'promitor', 'default'])('are the same with Helm 3 for %s', (name) => {
    // Helm 3 shows notes with a cluster alone, so a template of a copy of the chart carries them out.
    const copy = mkdtempSync(join(tmpdir(), 'azimuth-notes-'));
    cpSync(chart, copy, { recursive: true });
    const carrier = '{ "notes": {{ include (print $.Template.BasePath "/NOTES.txt") . | toJson }} }';
    writeFileSync(join(copy, 'templates/carrier.yaml'), carrier);
    const where = ['--namespace', 'monitoring', '-f', valuesFile(name), '-s', 'templates/carrier.yaml'];
    const { stdout } = helm(3, 'template', 'azimuth', copy, ...where);
    rmSync(copy, { recursive: true });
    expect((parse(stdout) as { notes: string }).notes.trim()).toBe(notes(name).trim());
  });
});

describe('helm test', () => {
  it('asks the health of the Service with the image of the release', () => {
    const pod = only(manifests('promitor'), 'Pod');
    const deployment = only(manifests('promitor'), 'Deployment') as unknown as {
      spec: { template: { spec: { containers: [{ image: string }] } } };
    };
    expect(pod.metadata.annotations).toMatchObject({ 'helm.sh/hook': 'test' });
    expect(pod['spec']).toMatchObject({
      restartPolicy: 'Never',
      containers: [
        {
          image: deployment.spec.template.spec.containers[0].image,
          args: ['health', '--url', 'http://promitor-agent-scraper:8888'],
        },
      ],
    });
  });

  it('is not what the Service leads to', () => {
    const { selector } = only(manifests('minimal'), 'Service')['spec'] as { selector: Record<string, string> };
    expect(only(manifests('minimal'), 'Pod').metadata.labels).not.toMatchObject(selector);
  });
});
