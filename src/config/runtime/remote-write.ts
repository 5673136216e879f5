import type { EntraConfig, RemoteWriteSinkConfig } from '../../core/runtime-config.ts';
import { type Secret, secret } from '../../core/secret.ts';
import { ownVariable } from '../environment.ts';
import { inFolder } from '../file-system.ts';
import { type Reader, reject, type Slot, type TextEntry } from '../spec.ts';
import { readAuthentication, type Surroundings } from './authentication.ts';
import type { SinkValues } from './fields.ts';
import { secretFile } from './secret-file.ts';

type RemoteWriteValues = NonNullable<SinkValues['prometheusRemoteWrite']['value']>;
type AuthenticationSlot = RemoteWriteValues['authentication'];
type EntraValues = NonNullable<AuthenticationSlot['value']['entra']['value']>;

/** Remote write. What it lacks is reported; then what is returned is not used. */
export function readRemoteWrite(
  values: RemoteWriteValues,
  around: Surroundings,
  reader: Reader,
): RemoteWriteSinkConfig {
  const ca = secretFile(values.certificateFilePath, around, reader);
  const certificate = secretFile(values.clientCertificateFilePath, around, reader);
  const key = secretFile(values.clientKeyFilePath, around, reader);
  const authentication = readHow(values.authentication, around, reader);
  const { maxSamples, samplesPerRequest, shards } = values.queue.value;
  const { lateness, stateFolder, url } = values;
  if (authentication.kind === 'entra' && isPlainHttp(url.value)) {
    const message = '`url` must use https: a token must not travel over plain http.';
    reject(reader, 'AZ1104', url.place, message);
  }
  return {
    url: url.value ?? '',
    protocol: values.protocol.value,
    externalLabels: labelsOf(values.externalLabels, reader),
    headers: (values.headers.value ?? []).map(({ name, value }) => ({
      name: name.toLowerCase(),
      value: secret(() => value),
    })),
    authentication,
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(certificate === undefined ? {} : { certificate }),
      ...(key === undefined ? {} : { key }),
    },
    ...(lateness.value === undefined ? {} : { latenessMs: lateness.value }),
    resumeFromMs: values.resumeFrom.value,
    ...(stateFolder.value === undefined ? {} : { stateFolder: inFolder(around.folder, stateFolder.value) }),
    queueSamples: maxSamples.value,
    shards: shards.value,
    samplesPerRequest: samplesPerRequest.value,
    timeoutMs: values.timeout.value,
  };
}

function isPlainHttp(url: string | undefined): boolean {
  return url?.startsWith('http:') === true && !/^http:\/\/(localhost|127\.|\[::1\])/.test(url);
}

function readHow(
  slot: AuthenticationSlot,
  around: Surroundings,
  reader: Reader,
): RemoteWriteSinkConfig['authentication'] {
  const { basic, bearer, entra } = slot.value;
  const [first, second] = [basic, bearer, entra].filter(({ written }) => written);
  if (first !== undefined && second !== undefined) {
    const names = [first, second].map(({ place }) => `\`${place.path.split('.').at(-1)}\``);
    reject(reader, 'AZ1124', second.place, `${names.join(' and ')} exclude each other: keep one of them.`);
  }
  if (basic.value !== undefined) {
    const { username, passwordFilePath } = basic.value;
    const password = credential(passwordFilePath, 'REMOTE_WRITE_PASSWORD', around, reader);
    return { kind: 'basic', username: username.value ?? '', password };
  }
  if (bearer.value !== undefined || (bearer.written && !bearer.broken)) {
    const tokenFilePath = bearer.value?.tokenFilePath ?? { value: undefined, place: bearer.place, broken: false };
    return { kind: 'bearer', token: credential(tokenFilePath, 'REMOTE_WRITE_TOKEN', around, reader) };
  }
  if (entra.value !== undefined) return readEntra(entra.value, around, reader);
  return entra.written ? { kind: 'entra' } : { kind: 'none' };
}

function readEntra({ scope, identity }: EntraValues, around: Surroundings, reader: Reader): EntraConfig {
  const { value } = identity;
  return {
    kind: 'entra',
    ...(scope.value === undefined ? {} : { scope: scope.value }),
    ...(value === undefined ? {} : { identity: readAuthentication({ ...identity, value }, around, reader) }),
  };
}

/** From the file when one is named, else from the variable. */
function credential(
  file: Pick<Slot<string | undefined>, 'value' | 'place' | 'broken'>,
  variable: string,
  around: Surroundings,
  reader: Reader,
): Secret {
  const own = secretFile(file, around, reader);
  if (own !== undefined) return secret(() => own.reveal().replace(/\r?\n$/, ''));
  const read = (): string | undefined => ownVariable(around.env, variable);
  if (read() === undefined && !file.broken) {
    const name = variable === 'REMOTE_WRITE_TOKEN' ? 'tokenFilePath' : 'passwordFilePath';
    const message = `Remote write needs a credential: set \`${name}\`, or the environment variable AZIMUTH_${variable}.`;
    reject(reader, 'AZ1207', file.place, message);
  }
  return secret(() => read() ?? '');
}

function labelsOf(
  slot: Slot<readonly TextEntry[] | undefined>,
  reader: Reader,
): RemoteWriteSinkConfig['externalLabels'] {
  return (slot.value ?? []).map(({ name, value, place }) => {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) || name.startsWith('__')) {
      const message = `\`${name}\` is not a valid name of an external label: use letters, digits and \`_\`, no digit at the start and not two underscores.`;
      reject(reader, 'AZ1115', place, message, { found: name });
    }
    return [name, value] as const;
  });
}
