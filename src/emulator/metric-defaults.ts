import type { Aggregation } from '../core/aggregation.ts';
import type { Generator } from './generators.ts';

/** Values of a dimension that nobody declared; every other dimension has the single value `default`. */
export const dimensionValues: Readonly<Record<string, readonly string[]>> = {
  EntityName: ['orders', 'invoices', 'shipments'],
  OperationResult: ['Success'],
  MessagingErrorSubCode: ['50004'],
  Replica: ['0', '1'],
  ResponseType: ['Success', 'ClientOtherError'],
  GeoType: ['Primary'],
  ApiName: ['GetBlob', 'PutBlob'],
  Authentication: ['OAuth'],
  TransactionType: ['User'],
  Tier: ['Hot'],
  BlobType: ['BlockBlob', 'PageBlob'],
  LUN: ['0', '1'],
  node: ['aks-system-0', 'aks-user-0', 'aks-user-1'],
  nodepool: ['user'],
  device: ['sda1'],
  namespace: ['default', 'kube-system'],
  pod: ['web-0', 'worker-0'],
  phase: ['Running', 'Pending'],
  condition: ['Ready'],
  status: ['true'],
  status2: ['Ready'],
  SslProtocol: ['1.2'],
  ValidatedDriverNameAndVersion: ['Core .Net SqlClient'],
  Error: ['18456'],
  DatabaseName: ['shop'],
  CollectionName: ['orders', 'carts'],
  Region: ['West Europe'],
  StatusCode: ['200', '429'],
  StatusCodeClass: ['2xx'],
  ShardId: ['0'],
  ErrorType: ['Failover'],
  Instance: ['web-0', 'web-1'],
  HttpStatusGroup: ['2xx', '5xx'],
  BackendSettingsPool: ['pool~settings'],
  ActivityType: ['vault'],
  ActivityName: ['secretget', 'secretlist'],
  FrontendIPAddress: ['20.0.0.4'],
  FrontendPort: ['443'],
  BackendIPAddress: ['10.0.0.4', '10.0.0.5'],
  BackendPort: ['8443'],
  ProtocolType: ['TCP'],
  Direction: ['In', 'Out'],
  Protocol: ['TCP'],
  ConnectionState: ['Attempted', 'Failed'],
};

const availability: Generator = { kind: 'constant', value: 100 };
const rare: Generator = { kind: 'spike', base: 0, height: 7, every: 180, length: 4, decimals: 0 };
const traffic: Generator = { kind: 'walk', base: 120, amplitude: 110, step: 15, decimals: 0, min: 0, spread: 0.4 };
const level: Generator = { kind: 'walk', base: 20, amplitude: 20, step: 15, decimals: 0, min: 0, spread: 0.4 };

const byUnit: Readonly<Record<string, Generator>> = {
  Percent: { kind: 'walk', base: 45, amplitude: 40, step: 15, decimals: 2, min: 0, max: 100, spread: 0.3 },
  Bytes: { kind: 'walk', base: 5e8, amplitude: 3e8, step: 30, decimals: 0, min: 0, spread: 0.5 },
  MilliSeconds: { kind: 'walk', base: 40, amplitude: 30, step: 10, decimals: 2, min: 0.5, spread: 0.5 },
  Seconds: { kind: 'walk', base: 0.4, amplitude: 0.3, step: 10, decimals: 3, min: 0.01, spread: 0.5 },
  CountPerSecond: { kind: 'walk', base: 30, amplitude: 25, step: 10, decimals: 2, min: 0, spread: 0.5 },
  BytesPerSecond: { kind: 'walk', base: 2e6, amplitude: 1.5e6, step: 10, decimals: 0, min: 0, spread: 0.5 },
};

/** The generator of a metric for which none was declared, by what its name and unit promise. */
export function defaultGenerator(name: string, unit: string, aggregation: Aggregation): Generator {
  if (/availability|HealthCheckStatus/i.test(name))
    return unit === 'Percent' ? availability : { kind: 'constant', value: 1 };
  if (/error|fail|throttled|5xx|deadlock|unhealthy|dead-?letter|abandon|evicted/i.test(name)) return rare;
  return byUnit[unit] ?? (aggregation === 'Total' || aggregation === 'Count' ? traffic : level);
}

/** Splits a metric's name into words: the title that Azure shows for it. */
export function titleOf(name: string): string {
  const words = name.replace(/_/g, ' ').replace(/([a-z])([A-Z])/g, '$1 $2');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
