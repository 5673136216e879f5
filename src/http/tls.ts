import type { PeerCertificate, SecureContextOptions, TLSSocket, TlsOptions } from 'node:tls';
import type { TlsServer } from '../core/web-config.ts';

/** What can change while the server listens: certificate, key, authorities, versions, suites. */
export function secureContext(tls: TlsServer): SecureContextOptions {
  return {
    cert: tls.certificate,
    key: tls.key.reveal(),
    ...(tls.clientAuthorities === undefined ? {} : { ca: tls.clientAuthorities }),
    minVersion: tls.minVersion,
    maxVersion: tls.maxVersion,
    ...(tls.ciphers === undefined ? {} : { ciphers: tls.ciphers }),
    honorCipherOrder: tls.honorCipherOrder,
    ...(tls.groups === undefined ? {} : { ecdhCurve: tls.groups }),
  };
}

/** What is fixed once the server listens. Of certificates that need not be valid, {@link refusedClient} judges. */
export function tlsOptions(tls: TlsServer): TlsOptions {
  return {
    ...secureContext(tls),
    requestCert: tls.clientAuth !== 'NoClientCert',
    rejectUnauthorized: tls.clientAuth === 'RequireAndVerifyClientCert',
  };
}

/** Why a client's certificate does not let it in; undefined when it does. */
export function refusedClient(
  { clientAuth, clientNames }: TlsServer,
  socket: Pick<TLSSocket, 'authorized' | 'getPeerCertificate'>,
): string | undefined {
  const certificate: Partial<PeerCertificate> = socket.getPeerCertificate();
  const shown = certificate.raw !== undefined;
  if (clientAuth === 'RequireAnyClientCert' && !shown) return 'no certificate was shown';
  if (clientAuth === 'VerifyClientCertIfGiven' && shown && !socket.authorized) return 'the certificate is not trusted';
  const verified = clientAuth === 'RequireAndVerifyClientCert' || (shown && socket.authorized);
  if (clientNames.length === 0 || !verified) return undefined;
  const names = subjectAlternativeNames(certificate.subjectaltname ?? '');
  return names.some((name) => clientNames.includes(name)) ? undefined : 'no name of the certificate is allowed';
}

/** `DNS:a, IP Address:127.0.0.1, email:b, URI:c` without the kinds; OpenSSL quotes what holds a comma. */
function subjectAlternativeNames(text: string): string[] {
  return [...text.matchAll(/(?:DNS|IP Address|email|URI):(?:"((?:[^"\\]|\\.)*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => (quoted === undefined ? plain : (JSON.parse(`"${quoted}"`) as string)) ?? '',
  );
}
