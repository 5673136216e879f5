import { generate } from 'selfsigned';

/** What a TLS server on loopback needs, and what its clients must trust. */
export interface Certificates {
  readonly caPem: string;
  readonly cert: string;
  readonly key: string;
}

/**
 * Fixed dates: the certificates only serve loopback, and a test that moves its clock must not make them invalid.
 * The end is the last moment that every parser reads as a two-digit year.
 */
const validity = { notBeforeDate: new Date('2024-01-01T00:00:00Z'), notAfterDate: new Date('2049-12-31T00:00:00Z') };

let made: Promise<Certificates> | undefined;

/** A certificate authority and a server certificate for localhost, made once per process. */
export function certificates(): Promise<Certificates> {
  made ??= makeCertificates();
  return made;
}

async function makeCertificates(): Promise<Certificates> {
  const keys = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;
  const ca = await generate([{ name: 'commonName', value: 'Azimuth emulator CA' }], {
    ...keys,
    ...validity,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...keys,
    ...validity,
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  return { caPem: ca.cert, cert: server.cert, key: server.private };
}
