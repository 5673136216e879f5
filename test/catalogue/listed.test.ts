import { describe, expect, it } from 'vitest';
import { isListedAs, listedForms } from '../../src/catalogue/listed.ts';
import { rowOf } from './resources.ts';

const account = 'Microsoft.Storage/storageAccounts';

/** Services for which accounts of a kind stand. */
function services(kind: string): string[] {
  const types = ['blobServices', 'fileServices', 'queueServices', 'tableServices'].map((one) => `${account}/${one}`);
  return listedForms(rowOf('Generic'), types)
    .filter((form) => isListedAs(form, account.toLowerCase(), kind))
    .map(({ suffix }) => suffix.split('/')[1] ?? '');
}

describe('how Resource Graph lists a type', () => {
  it('is its own ARM types', () => {
    expect(listedForms(rowOf('MySql'))).toEqual([
      { armType: 'Microsoft.DBforMySQL/servers', kinds: [], suffix: '' },
      { armType: 'Microsoft.DBforMySQL/flexibleServers', kinds: [], suffix: '' },
    ]);
    expect(listedForms(rowOf('Generic'), ['A.B/cs'])).toEqual([{ armType: 'A.B/cs', kinds: [], suffix: '' }]);
  });

  it.each([
    ['StorageV2', ['blobServices', 'fileServices', 'queueServices', 'tableServices']],
    ['', ['blobServices', 'fileServices', 'queueServices', 'tableServices']],
    ['BlobStorage', ['blobServices']],
    ['BlockBlobStorage', ['blobServices']],
    ['FileStorage', ['fileServices']],
  ])('is the account for services of storage; kind %j', (kind, wanted) => {
    expect(services(kind)).toEqual(wanted);
  });

  it('tells function apps from web apps', () => {
    const [site] = listedForms(rowOf('FunctionApp'));
    expect(site && isListedAs(site, 'microsoft.web/SITES', 'FunctionApp,linux')).toBe(true);
    expect(site && isListedAs(site, 'microsoft.web/sites', 'app')).toBe(false);
    expect(site && isListedAs(site, 'microsoft.web/serverfarms', 'functionapp')).toBe(false);
  });
});
