import type { FileSystem } from '../../../src/config/file-system.ts';
import { type LoadedConfiguration, loadConfiguration } from '../../../src/config/load.ts';
import { type Manifest, manifests, only } from './helm.ts';

interface EnvEntry {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly secretKeyRef?: { readonly name: string; readonly key: string; readonly optional?: boolean };
  };
}

export interface AzimuthContainer {
  readonly env?: readonly EnvEntry[];
  readonly args: readonly string[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

/** The fields of a rendered pod that tests look into. */
export interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly serviceAccountName?: string;
    readonly volumes: readonly Readonly<Record<string, unknown>>[];
    readonly containers: readonly [AzimuthContainer, ...AzimuthContainer[]];
  };
}

type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Secrets that the values files expect somebody else to have made. */
const secretsOfOthers: Secrets = {
  vault: { 'client-secret': 'from-the-vault', 'remote-write-token': 'from-the-vault-too' },
  'azimuth-principal': { 'client-secret': 'from-kubectl' },
  unused: {},
};

export function podOf(objects: readonly Manifest[]): PodTemplate {
  return (only(objects, 'Deployment')['spec'] as { template: PodTemplate }).template;
}

/** Files of the ConfigMap that is mounted at `/config`, by name. */
export function configFiles(name: string): Readonly<Record<string, string>> {
  return configFilesIn(manifests(name));
}

export function configFilesIn(objects: readonly Manifest[]): Readonly<Record<string, string>> {
  const holders = objects.filter(({ data }) => Object.hasOwn((data as object | undefined) ?? {}, 'runtime.yaml'));
  return only(holders, 'ConfigMap')['data'] as Record<string, string>;
}

function renderedSecrets(objects: readonly Manifest[]): Secrets {
  const secrets = objects.filter(({ kind }) => kind === 'Secret');
  const decode = (data: Record<string, string>) =>
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]);
  return Object.fromEntries(
    secrets.map(({ metadata, data }) => [
      metadata.name,
      Object.fromEntries(decode(data as Record<string, string>)) as Record<string, string>,
    ]),
  );
}

/** Environment of the container: its own entries, and what the webhook of workload identity adds to a labelled pod. */
export function environmentOf(name: string): Readonly<Record<string, string>> {
  return environmentIn(manifests(name));
}

export function environmentIn(objects: readonly Manifest[]): Readonly<Record<string, string>> {
  const { metadata, spec } = podOf(objects);
  const secrets = { ...secretsOfOthers, ...renderedSecrets(objects) };
  const env: Record<string, string> = {};
  for (const { name: variable, value, valueFrom } of spec.containers[0].env ?? []) {
    const ref = valueFrom?.secretKeyRef;
    const found = ref === undefined ? value : secrets[ref.name]?.[ref.key];
    if (found === undefined && ref?.optional !== true) throw new Error(`${variable} has no value`);
    if (found !== undefined) env[variable] = found;
  }
  return metadata.labels['azure.workload.identity/use'] === 'true' ? { ...env, ...webhook(objects, spec) } : env;
}

function webhook(objects: readonly Manifest[], spec: PodTemplate['spec']): Record<string, string> {
  const account = only(objects, 'ServiceAccount');
  if (account.metadata.name !== spec.serviceAccountName) throw new Error('the pod has another account');
  const annotations = account.metadata.annotations ?? {};
  return {
    AZURE_CLIENT_ID: annotations['azure.workload.identity/client-id'] ?? '',
    AZURE_TENANT_ID: annotations['azure.workload.identity/tenant-id'] ?? '',
    AZURE_FEDERATED_TOKEN_FILE: '/var/run/secrets/azure/tokens/azure-identity-token',
    AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.com/',
  };
}

/** The configuration as the container would load it, all files that its volumes bring being there. */
export function loadFromPod(name: string): LoadedConfiguration {
  const { spec } = podOf(manifests(name));
  const mounts = spec.containers[0].volumeMounts.map(({ mountPath }) => `${mountPath}/`);
  const files = configFiles(name);
  const fileSystem: FileSystem = {
    isDirectory: (path) => path === '/config',
    exists: (path) => mounts.some((mount) => path.startsWith(mount)),
    readFile: (path) => files[path.replace('/config/', '')],
    list: () => Object.keys(files),
  };
  return loadConfiguration({ env: environmentOf(name), fileSystem });
}
