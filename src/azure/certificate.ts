import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { OldCipher, openPkcs12 } from './pkcs12.ts';

/**
 * Reads the certificate that signs in: a PEM file with certificate and private key, or a PFX (PKCS #12). Gives PEM with an
 * unencrypted key, which is the form that the SDK signs with. Throws with a reason for people.
 */
export async function readCertificate(path: string, password: string): Promise<string> {
  const content = await readFile(path).catch((cause: unknown) => {
    throw new Error(`the certificate file ${path} cannot be read (${codeOf(cause)})`, { cause });
  });
  const sequence = 0x30;
  return content[0] === sequence ? readPfx(content, path, password) : readPem(content.toString('utf8'), path, password);
}

function readPfx(content: Buffer, path: string, password: string): string {
  try {
    const { key, certificates } = openPkcs12(content, password);
    const plain = createPrivateKey({ key, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' });
    // The SDK takes the first certificate for the one that signs; in a PFX it may stand anywhere.
    const all = certificates.map((certificate) => new X509Certificate(certificate));
    const own = all.filter((certificate) => certificate.checkPrivateKey(createPrivateKey(plain)));
    const others = all.filter((certificate) => !own.includes(certificate));
    return [plain, ...[...own, ...others].map(String)].map((part) => part.toString().trim()).join('\n');
  } catch (cause) {
    const old = 'it is encrypted with an old cipher; export it again with AES-256, or as PEM';
    const why = cause instanceof OldCipher ? old : 'AZIMUTH_AUTH_CERTIFICATE_PASSWORD may be wrong or missing';
    throw new Error(`the certificate file ${path} cannot be opened as PFX; ${why}`, { cause });
  }
}

function readPem(text: string, path: string, password: string): string {
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  const key = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----/.exec(text)?.[0];
  if (certificates === null) throw new Error(`the certificate file ${path} holds no certificate in PEM form`);
  if (key === undefined) throw new Error(`the certificate file ${path} holds no private key`);
  return joinPem(key, certificates, path, password);
}

function joinPem(key: string, certificates: readonly string[], path: string, password: string): string {
  try {
    const plain = createPrivateKey({ key, format: 'pem', ...(password === '' ? {} : { passphrase: password }) });
    return [plain.export({ format: 'pem', type: 'pkcs8' }).toString().trim(), ...certificates, ''].join('\n');
  } catch (cause) {
    const why = password === '' ? 'it may need AZIMUTH_AUTH_CERTIFICATE_PASSWORD' : 'the password may be wrong';
    throw new Error(`the private key in ${path} cannot be opened; ${why}`, { cause });
  }
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason';
}
