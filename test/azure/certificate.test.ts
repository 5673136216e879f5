import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCertificate } from '../../src/azure/certificate.ts';
import { openPkcs12 } from '../../src/azure/pkcs12.ts';
import { pfx } from './pfx-samples.ts';

describe('readCertificate', () => {
  let folder: string;
  const write = (name: string, content: string | Buffer): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const binary = (base64: string): Buffer => Buffer.from(base64, 'base64');
  const subjects = (pem: string): string[] =>
    (pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []).map(
      (one) => new X509Certificate(one).subject,
    );
  const matches = (pem: string): boolean => new X509Certificate(pem).checkPrivateKey(createPrivateKey(pem));
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'azimuth-certificate-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['AES', pfx.aes, 'pässword', ['CN=azimuth-test', 'CN=azimuth-issuer']],
    ['triple DES', pfx.des, 'pässword', ['CN=azimuth-test']],
    ['no encryption', pfx.none, '', ['CN=azimuth-test']],
  ])('opens a PFX with %s', async (_name, base64, password, expected) => {
    const pem = await readCertificate(write('a.pfx', binary(base64)), password);
    expect(subjects(pem)).toEqual(expected);
    expect(matches(pem)).toBe(true);
  });

  it.each([
    ['a wrong password', pfx.aes, 'wrong', /AZIMUTH_AUTH_CERTIFICATE_PASSWORD may be wrong or missing/],
    ['no password', pfx.des, '', /AZIMUTH_AUTH_CERTIFICATE_PASSWORD may be wrong or missing/],
    ['an old cipher', pfx.rc2, 'pw', /old cipher; export it again with AES-256, or as PEM/],
  ])('tells why a PFX cannot be opened: %s', async (_name, base64, password, words) => {
    await expect(readCertificate(write('b.pfx', binary(base64)), password)).rejects.toThrow(words);
  });

  it('opens the encrypted key of a PEM', async () => {
    const plain = await readCertificate(write('c.pfx', binary(pfx.none)), '');
    const key = createPrivateKey(plain).export({
      format: 'pem',
      type: 'pkcs8',
      cipher: 'aes-256-cbc',
      passphrase: 'pw',
    });
    const certificate = new X509Certificate(plain).toString();
    const path = write('d.pem', certificate + String(key));
    expect(matches(await readCertificate(path, 'pw'))).toBe(true);
    await expect(readCertificate(path, 'no')).rejects.toThrow(/d\.pem cannot be opened; the password may be wrong/);
    await expect(readCertificate(path, '')).rejects.toThrow(/it may need AZIMUTH_AUTH_CERTIFICATE_PASSWORD/);
    await expect(readCertificate(write('e.pem', certificate), '')).rejects.toThrow(/holds no private key/);
    await expect(readCertificate(write('f.pem', String(key)), 'pw')).rejects.toThrow(/holds no certificate/);
  });

  it('refuses damaged files with an error, whatever is damaged', () => {
    const good = binary(pfx.none);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, length) => {
        const damaged = Buffer.from(good);
        damaged[at] = byte;
        try {
          expect(openPkcs12(damaged.subarray(0, length), '').key.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});
