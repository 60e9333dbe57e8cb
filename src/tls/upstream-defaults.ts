import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { messageOf, SettingsError } from '../errors.js';
import type { UpstreamTlsSettings } from '../upstream-tls-settings.js';
import { Authorities, certificatesOf } from './authorities.js';
import { type ClientIdentity, clientIdentity } from './client-identity.js';
import { readPem } from './read-pem.js';

/** The settings for https services, with what their files hold. */
export interface UpstreamDefaults {
  readonly verify: boolean;
  readonly depth: number;
  readonly authorities: Authorities;
  readonly identity: ClientIdentity | undefined;
}

/** Where nothing is set: nothing is verified, nobody trusted, nothing shown. */
export const NO_UPSTREAM_DEFAULTS: UpstreamDefaults = {
  verify: false,
  depth: 1,
  authorities: new Authorities([]),
  identity: undefined,
};

const TRUSTED = 'KONG_NGINX_PROXY_PROXY_SSL_TRUSTED_CERTIFICATE';
const CERTIFICATE = 'KONG_CLIENT_SSL_CERT';
const KEY = 'KONG_CLIENT_SSL_CERT_KEY';

/** Reads the files. Rejects with SettingsError where one cannot be read or does not hold what it should. */
export async function readUpstreamDefaults(settings: UpstreamTlsSettings): Promise<UpstreamDefaults> {
  const { verify, verifyDepth: depth, trustedCertificate, clientCertificate } = settings;
  return {
    verify,
    depth,
    authorities: await readAuthorities(trustedCertificate),
    identity: clientCertificate === undefined ? undefined : await readIdentity(clientCertificate),
  };
}

async function readAuthorities(path: string | undefined): Promise<Authorities> {
  if (path === undefined) return NO_UPSTREAM_DEFAULTS.authorities;
  const certificates = certificatesOf(await readPem(TRUSTED, path));
  if (certificates.length === 0) throw new SettingsError(`${TRUSTED}: it holds no PEM certificate`);
  for (const certificate of certificates) parseCertificate(TRUSTED, certificate);
  return new Authorities(certificates);
}

async function readIdentity(
  settings: NonNullable<UpstreamTlsSettings['clientCertificate']>,
): Promise<ClientIdentity> {
  const certificate = await readPem(CERTIFICATE, settings.certificate);
  const key = await readPem(KEY, settings.key);
  if (!parseCertificate(CERTIFICATE, certificate).checkPrivateKey(parseKey(key))) {
    throw new SettingsError(`${KEY}: the key does not belong to the certificate of ${CERTIFICATE}`);
  }
  return clientIdentity(certificate, key);
}

function parseCertificate(from: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new SettingsError(`${from}: no certificate can be read: ${messageOf(error)}`, { cause: error });
  }
}

function parseKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new SettingsError(`${KEY}: no private key can be read: ${messageOf(error)}`, { cause: error });
  }
}
