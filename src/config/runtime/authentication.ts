import type { AuthenticationConfig } from '../../core/runtime-config.ts';
import { type Secret, secret } from '../../core/secret.ts';
import { type Environment, ownVariable, variable } from '../environment.ts';
import { type FileSystem, inFolder } from '../file-system.ts';
import { problem } from '../problem.ts';
import { type Reader, reject, type Slot } from '../spec.ts';
import type { AuthenticationValues } from './fields.ts';

/** Where files and variables come from. */
export interface Surroundings {
  readonly folder: string;
  readonly env: Environment;
  readonly fileSystem: FileSystem;
}

/** The identity, with whatever the mode lacks reported (Promitor checks the service principal alone). */
export function readAuthentication(
  slot: Slot<AuthenticationValues>,
  around: Surroundings,
  reader: Reader,
): AuthenticationConfig {
  const values = slot.value;
  const { env } = around;
  const mode = values.mode.value;
  const identityId = values.identityId.value ?? fallbackId(mode, env);
  const clientSecret = readSecret(values, around, reader);
  const certificateFilePath = existingFile(values.certificateFilePath, around, reader);
  const tokenFile = values.federatedTokenFile.value ?? variable(env, 'AZURE_FEDERATED_TOKEN_FILE');
  const federatedTokenFile = tokenFile === undefined ? undefined : inFolder(around.folder, tokenFile);
  const fallbackTenantId = variable(env, 'AZURE_TENANT_ID');
  const hasSecret = clientSecret !== undefined || values.certificateFilePath.written;
  // A section that could not be read at all was reported; that it says nothing follows.
  const unread = slot.broken && Object.values(values).every((field) => !field.written);
  if (!unread && !values.mode.broken) reportGaps(slot, { mode, identityId, hasSecret, federatedTokenFile }, reader);
  return {
    mode,
    ...(identityId === undefined ? {} : { identityId }),
    ...(fallbackTenantId === undefined ? {} : { fallbackTenantId }),
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...(certificateFilePath === undefined
      ? {}
      : {
          certificateFilePath,
          certificatePassword: secret(() => ownVariable(env, 'AUTH_CERTIFICATE_PASSWORD') ?? ''),
        }),
    ...(federatedTokenFile === undefined ? {} : { federatedTokenFile }),
  };
}

function fallbackId(mode: string, env: Environment): string | undefined {
  if (mode === 'ServicePrincipal') return ownVariable(env, 'AUTH_APPID');
  return mode === 'WorkloadIdentity' ? variable(env, 'AZURE_CLIENT_ID') : undefined;
}

function reportGaps(
  slot: Slot<AuthenticationValues>,
  has: { mode: string; identityId: string | undefined; hasSecret: boolean; federatedTokenFile: string | undefined },
  reader: Reader,
): void {
  const { place, value } = slot;
  const inside = (name: string) => ({ at: place.at, path: `${place.path}.${name}` });
  if (has.mode === 'ServicePrincipal') {
    if (has.identityId === undefined && !value.identityId.broken) {
      const message =
        'Mode `ServicePrincipal` needs a client id: set `authentication.identityId`, or the environment variable AZIMUTH_AUTH_APPID (PROMITOR_AUTH_APPID works too).';
      reject(reader, 'AZ1201', inside('identityId'), message);
    }
    const broken = value.secretFilePath.broken || value.secretFileName.broken || value.certificateFilePath.broken;
    if (!has.hasSecret && !broken && value.secretFilePath.written === value.secretFileName.written) {
      const message =
        'Mode `ServicePrincipal` needs a secret: set the environment variable AZIMUTH_AUTH_APPKEY (PROMITOR_AUTH_APPKEY works too), or `authentication.secretFilePath` and `secretFileName`, or `authentication.certificateFilePath`.';
      reject(reader, 'AZ1202', inside('secretFileName'), message);
    }
  }
  if (has.mode !== 'WorkloadIdentity') return;
  if (has.identityId === undefined && !value.identityId.broken) {
    const message =
      'Mode `WorkloadIdentity` needs a client id: set `authentication.identityId`, or the environment variable AZURE_CLIENT_ID.';
    reject(reader, 'AZ1201', inside('identityId'), message);
  }
  if (has.federatedTokenFile === undefined && !value.federatedTokenFile.broken) {
    const message =
      'Mode `WorkloadIdentity` needs a token file: set `authentication.federatedTokenFile`, or the environment variable AZURE_FEDERATED_TOKEN_FILE.';
    reject(reader, 'AZ1202', inside('federatedTokenFile'), message);
  }
}

/** Promitor's order: the file when folder and name are given, else the variable. Read anew at each use. */
function readSecret(values: AuthenticationValues, around: Surroundings, reader: Reader): Secret | undefined {
  const { secretFilePath, secretFileName } = values;
  const { env, fileSystem } = around;
  if (secretFilePath.value !== undefined && secretFileName.value !== undefined) {
    const path = inFolder(inFolder(around.folder, secretFilePath.value), secretFileName.value);
    if (!fileSystem.exists(path)) {
      reject(reader, 'AZ1203', secretFileName.place, `The file with the secret does not exist: ${path}`, {
        found: secretFileName.value,
      });
    }
    return secret(() => trimNewline(fileSystem.readFile(path) ?? ''));
  }
  const fromEnvironment = ownVariable(env, 'AUTH_APPKEY');
  if (secretFilePath.value !== undefined || secretFileName.value !== undefined) {
    const [given, other] =
      secretFilePath.value === undefined ? [secretFileName, 'secretFilePath'] : [secretFilePath, 'secretFileName'];
    const message = `\`${other}\` is missing: folder and name of the secret file are needed together.`;
    const severity = fromEnvironment === undefined && values.mode.value === 'ServicePrincipal' ? 'error' : 'warning';
    reader.report(problem(severity, 'AZ1204', given.place, message));
  }
  return fromEnvironment === undefined ? undefined : secret(() => ownVariable(env, 'AUTH_APPKEY') ?? '');
}

function trimNewline(content: string): string {
  return content.replace(/\r?\n$/, '');
}

function existingFile(slot: Slot<string | undefined>, around: Surroundings, reader: Reader): string | undefined {
  if (slot.value === undefined) return undefined;
  const path = inFolder(around.folder, slot.value);
  if (!around.fileSystem.exists(path)) {
    reject(reader, 'AZ1203', slot.place, `The file does not exist: ${path}`, { found: slot.value });
  }
  return path;
}
