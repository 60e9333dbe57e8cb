import { constants, randomBytes } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { messageOf, SettingsError } from '../errors.js';
import type { PairSource, TlsProtocol } from '../tls-settings.js';
import { readPem } from './read-pem.js';
import { type KeyPair, makeSelfSigned } from './self-signed.js';

const TICKET_KEY_BYTES = 48;
/** What ties sessions to those who can resume them. */
const SESSION_CONTEXT = 'gateway';

/**
 * On which terms a listener speaks TLS: plain JSON, so that all processes that share the listener can have the same.
 * A session that began with one of them is resumed with another.
 */
export interface TlsTerms extends TlsProtocol {
  /** Shown where no certificate of the config fits. */
  readonly defaults: readonly KeyPair[];
  /** What seals session tickets: 48 random bytes in base64. */
  readonly ticketKeys: string;
}

/**
 * Reads the default certificates and draws the rest. Throws SettingsError where a certificate cannot be read or used,
 * or no cipher is known.
 */
export async function readTlsTerms(protocol: TlsProtocol, sources: readonly PairSource[]): Promise<TlsTerms> {
  const given = await Promise.all(sources.map(readPair));
  const terms = {
    ...protocol,
    defaults: given.length > 0 ? given : [makeSelfSigned(Date.now())],
    ticketKeys: randomBytes(TICKET_KEY_BYTES).toString('base64'),
  };
  checkTerms(terms, sources);
  return terms;
}

/** What Node wants to know to speak on these terms, showing these certificates. */
export function contextOptions(terms: TlsTerms, pairs: readonly KeyPair[]): SecureContextOptions {
  return {
    cert: pairs.map(({ cert }) => cert),
    key: pairs.map(({ key }) => key),
    // No certificate of a client is checked: without a list of its own, Node loads all authorities it knows.
    ca: [],
    minVersion: terms.minVersion,
    maxVersion: terms.maxVersion,
    ciphers: terms.ciphers,
    honorCipherOrder: terms.preferServerCiphers,
    sessionIdContext: SESSION_CONTEXT,
    sessionTimeout: terms.sessionTimeout,
    ticketKeys: Buffer.from(terms.ticketKeys, 'base64'),
    secureOptions:
      constants.SSL_OP_NO_RENEGOTIATION | (terms.sessionTickets ? 0 : constants.SSL_OP_NO_TICKET),
  };
}

function checkTerms(terms: TlsTerms, sources: readonly PairSource[]): void {
  for (const [index, pair] of terms.defaults.entries()) {
    try {
      createSecureContext(contextOptions(terms, [pair]));
    } catch (error) {
      const noCipher = error instanceof Error && 'code' in error && error.code === 'ERR_SSL_NO_CIPHER_MATCH';
      const [cert, key] = sources[index]?.from ?? ['the certificate', 'its key'];
      const where = noCipher ? 'KONG_SSL_CIPHERS' : `${cert}, ${key}`;
      throw new SettingsError(`${where}: ${messageOf(error)}`, { cause: error });
    }
  }
}

async function readPair({ cert, key, from }: PairSource): Promise<KeyPair> {
  return { cert: await readPem(from[0], cert), key: await readPem(from[1], key) };
}
