import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cases, chart, type Manifest, manifests } from './support/helm.ts';

interface Container {
  readonly name: string;
  readonly securityContext?: {
    readonly allowPrivilegeEscalation?: boolean;
    readonly privileged?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly runAsUser?: number;
    readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  };
}

interface PodSpec {
  readonly automountServiceAccountToken?: boolean;
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly securityContext?: {
    readonly runAsNonRoot?: boolean;
    readonly runAsUser?: number;
    readonly seccompProfile?: { readonly type?: string };
  };
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
}

/** Kinds of volumes that the restricted profile of pod security takes. */
const allowedVolumes = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/** Rules of the restricted profile, and two of our own: a read-only root and no token for the API of Kubernetes. */
function breaches(pod: PodSpec): readonly string[] {
  const found: string[] = [];
  const rule = (holds: boolean, name: string): void => {
    if (!holds) found.push(name);
  };
  rule(pod.automountServiceAccountToken === false, 'mounts a token');
  rule(!(pod.hostNetwork ?? pod.hostPID ?? pod.hostIPC ?? false), 'namespaces of the host');
  rule(pod.securityContext?.runAsNonRoot === true, 'may run as root');
  rule((pod.securityContext?.runAsUser ?? 0) > 0, 'user 0');
  rule(pod.securityContext?.seccompProfile?.type === 'RuntimeDefault', 'no seccomp profile');
  for (const volume of pod.volumes ?? []) {
    const kind = Object.keys(volume).find((key) => key !== 'name') ?? '';
    rule(allowedVolumes.includes(kind), `volume ${kind}`);
  }
  for (const { name, securityContext } of [...pod.containers, ...(pod.initContainers ?? [])]) {
    rule(securityContext?.allowPrivilegeEscalation === false, `${name}: privilege escalation`);
    rule(securityContext?.privileged !== true, `${name}: privileged`);
    rule(securityContext?.readOnlyRootFilesystem === true, `${name}: writable root`);
    rule(securityContext?.runAsUser !== 0, `${name}: user 0`);
    rule(securityContext?.capabilities?.drop?.includes('ALL') === true, `${name}: capabilities`);
    rule((securityContext?.capabilities?.add ?? []).length === 0, `${name}: added capabilities`);
  }
  return found;
}

function podsOf(objects: readonly Manifest[]): readonly PodSpec[] {
  return objects.flatMap(({ kind, spec }) => {
    if (kind === 'Pod') return [spec as PodSpec];
    return kind === 'Deployment' ? [(spec as { template: { spec: PodSpec } }).template.spec] : [];
  });
}

describe('pod security', () => {
  it.each(cases)('%s meets the restricted profile, with a read-only root and without a token', (name) => {
    const pods = podsOf(manifests(name));
    expect(pods).toHaveLength(2);
    for (const pod of pods) expect(breaches(pod)).toEqual([]);
  });

  it('the rules see what breaks them', () => {
    const container = { name: 'c', securityContext: { privileged: true, capabilities: { add: ['SYS_ADMIN'] } } };
    expect(breaches({ hostNetwork: true, volumes: [{ name: 'v', hostPath: {} }], containers: [container] })).toEqual([
      'mounts a token',
      'namespaces of the host',
      'may run as root',
      'user 0',
      'no seccomp profile',
      'volume hostPath',
      'c: privilege escalation',
      'c: privileged',
      'c: writable root',
      'c: capabilities',
      'c: added capabilities',
    ]);
  });

  it.each(cases)('%s asks nothing of the API of Kubernetes', (name) => {
    for (const { kind, automountServiceAccountToken } of manifests(name)) {
      expect(kind).not.toMatch(/Role|PodSecurityPolicy/);
      if (kind === 'ServiceAccount') expect(automountServiceAccountToken).toBe(false);
    }
  });

  it('no template holds a role', () => {
    const templates = readdirSync(join(chart, 'templates'), { recursive: true, encoding: 'utf8' });
    for (const file of templates.filter((one) => one.endsWith('.yaml'))) {
      expect(readFileSync(join(chart, 'templates', file), 'utf8'), file).not.toMatch(/rbac\.authorization/);
    }
  });
});
