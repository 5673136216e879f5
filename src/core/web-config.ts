import type { Secret } from './secret.ts';

/** How the HTTP endpoint is protected: a file in the format of Prometheus's exporter toolkit, with its files read. */
export interface WebConfig {
  /** Undefined: plain http. */
  readonly tls?: TlsServer;
  /** bcrypt hashes by user name; empty: no password is asked for. */
  readonly users: ReadonlyMap<string, Secret>;
  /** Headers of every answer. */
  readonly headers: Readonly<Record<string, string>>;
}

/** How a client's certificate is asked for and checked; the words are Go's, as in the file. */
export const clientAuthTypes = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;

export type ClientAuthType = (typeof clientAuthTypes)[number];

export interface TlsServer {
  /** Certificate chain, PEM. */
  readonly certificate: string;
  /** Private key, PEM. */
  readonly key: Secret;
  readonly clientAuth: ClientAuthType;
  /** Authorities that client certificates are checked against, PEM; undefined: those of the system. */
  readonly clientAuthorities?: string;
  /** A verified client certificate must have one of these subject alternative names; empty: any. */
  readonly clientNames: readonly string[];
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  /** OpenSSL names of the TLS 1.2 suites, joined by colons; undefined: Node's. */
  readonly ciphers?: string;
  readonly honorCipherOrder: boolean;
  /** OpenSSL names of the key exchange groups, joined by colons; undefined: Node's. */
  readonly groups?: string;
}

export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
