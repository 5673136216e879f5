import { createPrivateKey, X509Certificate } from 'node:crypto';
import { dirname } from 'node:path';
import { type Secret, secret } from '../../core/secret.ts';
import { clientAuthTypes, type TlsServer, type WebConfig } from '../../core/web-config.ts';
import { type FileSystem, inFolder } from '../file-system.ts';
import { object, section, type ValuesOf } from '../object.ts';
import { orderProblems, type Problem, problem, startOf } from '../problem.ts';
import { choice, flag, text } from '../scalars.ts';
import { defaulted, list, optional, type Reader, reject, type Slot, type TextEntry, textMap } from '../spec.ts';
import { readYaml } from '../yaml.ts';
import { cipherSuites, curves, keysOf, versions } from './names.ts';

const tlsServer = object(
  {
    cert_file: optional(text(), 'Certificate chain, PEM.'),
    key_file: optional(text(), 'Private key, PEM.'),
    cert: optional(text(), 'Certificate chain itself, instead of cert_file.'),
    key: optional(text(), 'Private key itself, instead of key_file.'),
    client_auth_type: defaulted(choice(clientAuthTypes), 'Whether clients show a certificate.', 'NoClientCert'),
    client_ca_file: optional(text(), 'Authorities of client certificates, PEM.'),
    client_ca: optional(text(), 'Authorities themselves, instead of client_ca_file.'),
    client_allowed_sans: optional(list(text()), 'Names of which a client certificate must have one.'),
    min_version: defaulted(choice(keysOf(versions)), 'Lowest version.', 'TLS12'),
    max_version: defaulted(choice(keysOf(versions)), 'Highest version.', 'TLS13'),
    cipher_suites: optional(list(choice(keysOf(cipherSuites))), 'Suites of TLS 1.2.'),
    prefer_server_cipher_suites: defaulted(flag(), "The server's order of suites counts.", true),
    curve_preferences: optional(list(choice(keysOf(curves))), 'Groups of the key exchange.'),
  },
  { secret: true },
);

const webConfigSpec = object({
  tls_server_config: optional(tlsServer, 'TLS of the endpoint.'),
  http_server_config: section(
    object({
      http2: defaulted(flag(), 'No effect: HTTP/1.1 is spoken.', true),
      headers: optional(textMap(), 'Headers of every answer.'),
    }),
    'Answers.',
  ),
  basic_auth_users: optional(textMap(), 'bcrypt hashes by user name.'),
});

type TlsValues = ValuesOf<typeof tlsServer.fields>;

export interface ReadWebConfig {
  /** Undefined after an error: an endpoint that should be protected must not open unprotected. */
  readonly config: WebConfig | undefined;
  readonly problems: readonly Problem[];
}

/** Reads the file, and the certificates that it names (relative to its own folder, as Prometheus does). */
export function readWebConfig(path: string, fileSystem: FileSystem): ReadWebConfig {
  return readContent(path, (file) => fileSystem.readFile(file));
}

/** Reads again at each call; `unchanged` when neither the file nor one that it names has another content than before. */
export function webConfigWatch(path: string, fileSystem: FileSystem): () => ReadWebConfig | 'unchanged' {
  let before: string | undefined;
  return () => {
    const contents: (string | undefined)[] = [];
    const read = readContent(path, (file) => {
      const content = fileSystem.readFile(file);
      contents.push(content);
      return content;
    });
    const now = JSON.stringify(contents);
    if (now === before) return 'unchanged';
    before = now;
    return read;
  };
}

function readContent(path: string, readFile: FileSystem['readFile']): ReadWebConfig {
  const content = readFile(path);
  if (content === undefined) {
    const message = `The web configuration file cannot be read: ${path}`;
    return { config: undefined, problems: [problem('error', 'AZ1203', { at: startOf(path), path: '' }, message)] };
  }
  const { root, problems: syntax } = readYaml(content, path);
  const problems: Problem[] = [...syntax];
  const reader: Reader = { exactCase: true, refuseUnknown: true, report: (item) => problems.push(item) };
  const values = root === undefined ? undefined : webConfigSpec.read(root, '', reader).value;
  const files = { folder: dirname(path), readFile };
  const tls = values?.tls_server_config.value;
  const server = tls === undefined ? undefined : readTls(values?.tls_server_config, tls, files, reader);
  const users = readUsers(values?.basic_auth_users.value ?? [], reader);
  const headers = Object.fromEntries(
    (values?.http_server_config.value.headers.value ?? []).map(({ name, value }) => [name, value]),
  );
  const refused = problems.some(({ severity }) => severity === 'error');
  return {
    config: refused ? undefined : { users, headers, ...(server === undefined ? {} : { tls: server }) },
    problems: orderProblems(problems, [path]),
  };
}

interface Files {
  readonly folder: string;
  readonly readFile: FileSystem['readFile'];
}

function readTls(
  slot: Slot<unknown> | undefined,
  values: TlsValues,
  files: Files,
  reader: Reader,
): TlsServer | undefined {
  const certificate = inlineOrFile(values.cert, values.cert_file, files, reader);
  const key = inlineOrFile(values.key, values.key_file, files, reader);
  const authorities = inlineOrFile(values.client_ca, values.client_ca_file, files, reader);
  const place = slot?.place ?? values.cert_file.place;
  for (const [name, read] of [['cert', certificate] as const, ['key', key] as const]) {
    if (read !== undefined || values[name].broken || values[`${name}_file`].written) continue;
    reject(reader, 'AZ1011', place, `\`tls_server_config\` needs \`${name}_file\`.`);
  }
  const clientAuth = values.client_auth_type.value;
  if (authorities !== undefined && clientAuth === 'NoClientCert') {
    const message = '`client_ca_file` needs a `client_auth_type` that asks for a certificate.';
    reject(reader, 'AZ1205', values.client_ca_file.place, message);
  }
  if (values.min_version.value > values.max_version.value) {
    reject(reader, 'AZ1205', values.min_version.place, '`min_version` is above `max_version`.');
  }
  if (certificate === undefined || key === undefined) return undefined;
  const unfit = unfitPair(certificate, key);
  if (unfit !== undefined)
    reject(reader, 'AZ1205', (values.cert_file.written ? values.cert_file : values.cert).place, unfit);
  const ciphers = namesOf(values.cipher_suites, cipherSuites);
  const groups = namesOf(values.curve_preferences, curves);
  return {
    certificate,
    key: secret(() => key),
    clientAuth,
    ...(authorities === undefined ? {} : { clientAuthorities: authorities }),
    clientNames: present(values.client_allowed_sans),
    minVersion: versions[values.min_version.value],
    maxVersion: versions[values.max_version.value],
    ...(ciphers === '' ? {} : { ciphers }),
    honorCipherOrder: values.prefer_server_cipher_suites.value,
    ...(groups === '' ? {} : { groups }),
  };
}

/** Why certificate and key cannot serve together; undefined when they can. */
function unfitPair(certificate: string, key: string): string | undefined {
  let stage = 'The certificate';
  try {
    const leaf = new X509Certificate(certificate);
    stage = 'The private key';
    const own = createPrivateKey(key);
    return leaf.checkPrivateKey(own) ? undefined : 'The private key does not belong to the certificate.';
  } catch {
    // OpenSSL's own words name no field, and a passphrase is the likely reason for a key.
    return `${stage} cannot be read; PEM without a passphrase is expected.`;
  }
}

function inlineOrFile(
  inline: Slot<string | undefined>,
  file: Slot<string | undefined>,
  { folder, readFile }: Files,
  reader: Reader,
): string | undefined {
  if (file.value === undefined) return inline.value;
  if (inline.value !== undefined) {
    const message = 'The content is given twice: by this file, and inline.';
    reject(reader, 'AZ1124', file.place, message);
    return undefined;
  }
  const path = inFolder(folder, file.value);
  const content = readFile(path);
  if (content?.includes('-----BEGIN ')) return content;
  const state = content === undefined ? 'cannot be read' : 'holds nothing in PEM form';
  reject(reader, 'AZ1203', file.place, `The file ${state}: ${path}`, { found: file.value });
  return undefined;
}

function present<T>(slot: Slot<readonly Slot<T | undefined>[] | undefined>): T[] {
  return (slot.value ?? []).flatMap(({ value }) => (value === undefined ? [] : [value]));
}

function namesOf<K extends string>(
  slot: Slot<readonly Slot<K | undefined>[] | undefined>,
  table: Readonly<Record<K, string>>,
): string {
  return present(slot)
    .map((name) => table[name])
    .join(':');
}

/** `$2a$`, `$2b$` or `$2y$`, a cost, and 53 characters of salt and hash (the modular crypt format of bcrypt). */
const bcryptHash = /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;

function readUsers(entries: readonly TextEntry[], reader: Reader): ReadonlyMap<string, Secret> {
  const users = new Map<string, Secret>();
  for (const { name, value, place } of entries) {
    const hash = value.trim();
    if (bcryptHash.test(hash)) {
      users.set(
        name,
        secret(() => hash),
      );
      continue;
    }
    // What stands there may be the password itself, so it is not repeated.
    const message = `The password of \`${name}\` must be a bcrypt hash; make one with \`htpasswd -nBC 10 ${name}\`.`;
    reject(reader, 'AZ1205', place, message);
  }
  return users;
}
