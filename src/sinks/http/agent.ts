import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Secret } from '../../core/secret.ts';

/** PEM texts; absent: what the process trusts, and no client certificate. */
export interface TlsTexts {
  readonly ca?: Secret;
  readonly certificate?: Secret;
  readonly key?: Secret;
}

/** The connection to one receiver, kept between requests. */
export interface AgentKeeper {
  /** The agent for the next request: a new one when the texts of TLS have changed. */
  current(): HttpAgent | HttpsAgent;
  close(): void;
}

const options = { keepAlive: true, maxSockets: 1 };

/** For requests that follow one another: a renewed certificate ends the connection that was made with the old one. */
export function keepAgent(url: string, tls: TlsTexts): AgentKeeper {
  let agent = new HttpAgent(options) as HttpAgent | HttpsAgent;
  const renewed = createRenewal(tls);
  return {
    current() {
      const texts = url.startsWith('https:') ? renewed() : undefined;
      if (texts !== undefined) {
        agent.destroy();
        agent = new HttpsAgent({ ...options, ...texts });
      }
      return agent;
    },
    close: () => agent.destroy(),
  };
}

export interface RevealedTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Gives the texts at the first call and whenever one of them has changed since, else undefined. */
export function createRenewal({ ca, certificate, key }: TlsTexts): () => RevealedTls | undefined {
  let before: string | undefined;
  return () => {
    const texts = {
      ...(ca === undefined ? {} : { ca: ca.reveal() }),
      ...(certificate === undefined ? {} : { cert: certificate.reveal() }),
      ...(key === undefined ? {} : { key: key.reveal() }),
    };
    const now = JSON.stringify(texts);
    if (now === before) return undefined;
    before = now;
    return texts;
  };
}
