import type { TlsOptions } from 'node:tls';
import { makeCertificate, type TestCertificate } from './certificate.js';

const PAST = new Date(Date.now() - 1_000);
/** The names of most of the recording's certificates. */
const names = ['localhost', 'up.test', '127.0.0.1'];

const ca = makeCertificate({ commonName: 'ca', ca: true });
const otherCa = makeCertificate({ commonName: 'ca2', ca: true });
const upper = makeCertificate({ commonName: 'upper', ca: true, issuer: ca });
const lower = makeCertificate({ commonName: 'lower', ca: true, issuer: upper });
const leaf = makeCertificate({ commonName: 'leaf', names, issuer: ca });
const selfSigned = makeCertificate({ commonName: 'self-signed', names });
const expired = makeCertificate({ commonName: 'expired', names, issuer: ca, notAfter: PAST });
const client = makeCertificate({ commonName: 'client', issuer: ca });
const otherClient = makeCertificate({ commonName: 'client2', issuer: otherCa });

function shown({ cert, key }: TestCertificate, ...between: readonly TestCertificate[]): TlsOptions {
  return { cert: [cert, ...between.map((each) => each.cert)].join(''), key };
}

const ASKING = { ...shown(leaf), requestCert: true, ca: ca.cert };

/** What the recording's upstreams speak TLS with, by their recorded port; made anew, for it holds no private keys. */
export const TLS_UPSTREAMS: Readonly<Record<number, TlsOptions>> = {
  31401: shown(selfSigned),
  31402: shown(leaf),
  31403: shown(makeCertificate({ commonName: 'other', names: ['other.test'], issuer: ca })),
  31404: shown(makeCertificate({ commonName: 'leaf', names, issuer: upper }), upper),
  31405: shown(makeCertificate({ commonName: 'leaf', names, issuer: lower }), lower, upper),
  31406: { ...ASKING, rejectUnauthorized: false },
  31407: { ...ASKING, rejectUnauthorized: true },
  31408: {
    ...shown(leaf),
    minVersion: 'TLSv1.1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  },
  31412: shown(makeCertificate({ commonName: 'leaf', names, issuer: upper })),
  31413: { ...shown(leaf), ALPNProtocols: ['h2', 'http/1.1'] },
  31414: shown(expired),
  31415: shown(selfSigned),
};

/** What stands in the files that the recording's settings name. */
export const SETTINGS_FILES: Readonly<Record<string, string>> = {
  KONG_NGINX_PROXY_PROXY_SSL_TRUSTED_CERTIFICATE: ca.cert,
  KONG_LUA_SSL_TRUSTED_CERTIFICATE: ca.cert,
  KONG_CLIENT_SSL_CERT: client.cert,
  KONG_CLIENT_SSL_CERT_KEY: client.key,
};

interface Entity {
  readonly id: string;
}

/** Lists of a recorded config that hold certificates. */
export interface RecordedCertificates {
  readonly ca_certificates?: readonly (Entity & { readonly cert: string })[];
  readonly certificates?: readonly Entity[];
}

/** A recorded config with our certificates for the recorded ones. */
export function withOurCertificates<Config extends RecordedCertificates>(scenario: string, config: Config) {
  return {
    ...config,
    ca_certificates: (config.ca_certificates ?? []).map(({ id }) => ({ id, cert: authority(scenario, id) })),
    certificates: (config.certificates ?? []).map(({ id }) => {
      const { cert, key } = id.endsWith('cc01') ? client : otherClient;
      return { id, cert, key };
    }),
  };
}

function authority(scenario: string, id: string): string {
  if (scenario === 'ca_certificates entity: two certificates') return ca.cert + otherCa.cert;
  if (scenario === 'ca_certificates entity: expired leaf') return expired.cert;
  return id.endsWith('ca01') ? ca.cert : otherCa.cert;
}
