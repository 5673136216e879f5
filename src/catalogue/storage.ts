import type { ResourceTypeRow } from './types.ts';

/** Storage accounts and their services. Metrics of the services exist per account only. */
export const storageTypes = [
  {
    name: 'BlobStorage',
    displayName: 'Azure Blob storage (account level)',
    armType: 'Microsoft.Storage/storageAccounts/blobServices',
    source: 'metrics',
    fields: [{ name: 'accountName', required: true, kind: 'text' }],
    paths: [{ path: 'Microsoft.Storage/storageAccounts/{accountName}/blobServices/default' }],
    instanceName: '{accountName}',
    discoverable: false,
  },
  {
    name: 'FileStorage',
    displayName: 'Azure File storage (account level)',
    armType: 'Microsoft.Storage/storageAccounts/fileServices',
    source: 'metrics',
    fields: [{ name: 'accountName', required: true, kind: 'text' }],
    paths: [{ path: 'Microsoft.Storage/storageAccounts/{accountName}/fileServices/default' }],
    instanceName: '{accountName}',
    discoverable: false,
  },
  {
    name: 'StorageAccount',
    displayName: 'Azure Storage account',
    armType: 'Microsoft.Storage/storageAccounts',
    source: 'metrics',
    fields: [{ name: 'accountName', required: true, kind: 'text' }],
    paths: [{ path: 'Microsoft.Storage/storageAccounts/{accountName}' }],
    instanceName: '{accountName}',
    discoverable: true,
  },
  {
    name: 'StorageQueue',
    displayName: 'Azure Storage queue',
    armType: 'Microsoft.Storage/storageAccounts/queueServices',
    source: 'queue',
    fields: [
      { name: 'accountName', required: true, kind: 'text' },
      { name: 'queueName', required: true, kind: 'text' },
      { name: 'sasToken', required: true, kind: 'secret' },
    ],
    paths: [{ path: 'Microsoft.Storage/storageAccounts/{accountName}/queueServices' }],
    instanceName: '{accountName}',
    labels: [{ name: 'queue_name', value: '{queueName}' }],
    metricNames: ['MessageCount', 'TimeSpentInQueue'],
    discoverable: false,
  },
] as const satisfies readonly ResourceTypeRow[];
