import { armTypesOf } from './describe.ts';
import type { KindRule, ResourceTypeRow } from './types.ts';

/** One form in which resources of a type are listed by Azure Resource Graph. */
export interface ListedForm {
  /** ARM type of the row that is listed. */
  readonly armType: string;
  /** Rules of Azure's `kind`, all of which must hold. */
  readonly kinds: readonly KindRule[];
  /** What follows the listed id in that of the resource: `/blobServices/default`, or nothing. */
  readonly suffix: string;
}

const account = 'Microsoft.Storage/storageAccounts';
const without = (text: string): KindRule => ({ text, contained: false });

/**
 * Services of a storage account are not listed; the account stands for them, unless its kind lacks the service
 * (BlobStorage and BlockBlobStorage hold blobs only, FileStorage files only).
 * Source: "Storage account overview", https://learn.microsoft.com/azure/storage/common/storage-account-overview.
 */
const accountServices: readonly ListedForm[] = [
  { armType: account, kinds: [without('filestorage')], suffix: '/blobServices/default' },
  { armType: account, kinds: [without('blobstorage')], suffix: '/fileServices/default' },
  { armType: account, kinds: [without('blobstorage'), without('filestorage')], suffix: '/queueServices/default' },
  { armType: account, kinds: [without('blobstorage'), without('filestorage')], suffix: '/tableServices/default' },
];

/** How resources of the type are listed; a `Generic` group brings its own ARM types. */
export function listedForms(row: ResourceTypeRow, genericTypes: readonly string[] = []): readonly ListedForm[] {
  const types = row.armType === undefined ? genericTypes : armTypesOf(row);
  return types.map((armType) => {
    const service = accountServices.find(({ suffix }) => sameType(armType, account + suffix.replace('/default', '')));
    return service ?? { armType, kinds: row.kind === undefined ? [] : [row.kind], suffix: '' };
  });
}

/** Whether a listed row is of the form. Types and kinds compare without case. */
export function isListedAs(form: ListedForm, armType: string, kind: string): boolean {
  return sameType(form.armType, armType) && form.kinds.every((rule) => fitsKind(rule, kind));
}

/** Whether Azure's `kind` of a resource keeps the rule. */
export function fitsKind(rule: KindRule, kind: string): boolean {
  return kind.toLowerCase().includes(rule.text) === rule.contained;
}

function sameType(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
