import { generate } from 'selfsigned';

export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  readonly cert: string;
  serverOf(name: string): Promise<KeyPair>;
  clientOf(name: string): Promise<KeyPair>;
}

/** A certificate authority of a test, and certificates of servers and clients that it signed. */
export async function createAuthority(): Promise<Authority> {
  const keys = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;
  const ca = await generate([{ name: 'commonName', value: 'test authority' }], {
    ...keys,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const issue = async (name: string, use: 'serverAuth' | 'clientAuth'): Promise<KeyPair> => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
      ...keys,
      ca: { key: ca.private, cert: ca.cert },
      extensions: [
        { name: 'basicConstraints', cA: false, critical: true },
        { name: 'extKeyUsage', [use]: true },
        {
          name: 'subjectAltName',
          altNames: [
            { type: 2, value: name },
            { type: 7, ip: '127.0.0.1' },
          ],
        },
      ],
    });
    return { cert, key };
  };
  return {
    cert: ca.cert,
    serverOf: (name) => issue(name, 'serverAuth'),
    clientOf: (name) => issue(name, 'clientAuth'),
  };
}
