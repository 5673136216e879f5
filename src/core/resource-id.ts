/**
 * An ARM resource id without a leading slash, spelled as declared: the form of the label `resource_uri`
 * (Promitor's rule). Compare two of them through {@link resourceKey} only.
 */
export type ResourceId = string;

/** Identity of a resource: its id in lower case, without slashes at either end or doubled inside. ARM ids ignore case. */
export function resourceKey(id: ResourceId): string {
  return id
    .toLowerCase()
    .replace(/\/{2,}/g, '/')
    .replace(/^\/|\/$/g, '');
}
