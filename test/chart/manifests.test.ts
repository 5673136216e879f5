import { describe, expect, it } from 'vitest';
import { cases, type Manifest, manifests, only } from './support/helm.ts';
import { unknownFields, validate } from './support/models.ts';

/** What AAD Pod Identity's definitions take; no package has models of them. */
const podIdentityFields: Readonly<Record<string, readonly string[]>> = {
  AzureIdentity: ['type', 'clientID', 'resourceID', 'tenantID', 'clientPassword'],
  AzureIdentityBinding: ['azureIdentity', 'selector'],
  AzurePodIdentityException: ['podLabels'],
};

describe('the manifests', () => {
  it.each(cases)('of %s have the types and required fields of Kubernetes', async (name) => {
    const objects = manifests(name);
    expect(objects.length).toBeGreaterThan(3);
    for (const manifest of objects) expect(await validate(manifest), manifest.kind).toBe('');
  });

  it('have no unknown field', () => {
    expect(unknownFields(cases.flatMap((name) => manifests(name)))).toEqual([]);
  });

  it('of AAD Pod Identity have the fields of its definitions', () => {
    const objects = cases.flatMap((name) => manifests(name)).filter(({ apiVersion }) => apiVersion.startsWith('aad'));
    expect(new Set(objects.map(({ kind }) => kind))).toEqual(new Set(Object.keys(podIdentityFields)));
    for (const { kind, spec } of objects) {
      expect(podIdentityFields[kind]).toEqual(expect.arrayContaining(Object.keys(spec as object)));
    }
  });
});

describe('the two passes', () => {
  const deployment = (change: object): Manifest => ({ ...only(manifests('minimal'), 'Deployment'), ...change });
  const service = (port: unknown): Manifest => ({
    ...only(manifests('minimal'), 'Service'),
    spec: { ports: [{ port }] },
  });

  it('catch wrong types and missing fields', async () => {
    expect(await validate(deployment({ spec: { replicas: '1' } }))).toMatch(/replicas|required/);
    expect(await validate(service('http'))).toMatch(/port/);
  });

  it('catch unknown fields', () => {
    const { spec } = only(manifests('minimal'), 'Deployment') as unknown as { spec: object };
    expect(unknownFields([deployment({ spec: { ...spec, readinesProbe: {} } })])).toEqual([
      "Object literal may only specify known properties, and '\"readinesProbe\"' does not exist in type 'IDeploymentSpec'.",
    ]);
  });
});
