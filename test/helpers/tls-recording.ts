import { X509Certificate } from 'node:crypto';
import { type ConnectionOptions, connect } from 'node:tls';
import { makeCertificate } from './certificate.js';

/** What came of a handshake, as it is recorded. */
export interface RecordedHandshake {
  readonly version?: string;
  readonly cipher?: string;
  readonly alpn?: string | null;
  readonly cert_cn?: string;
  readonly key?: string;
  readonly chain_length?: number;
  /** The alert that ended it. */
  readonly alert?: string;
}

/** A certificate as a config holds it. The recordings leave keys out. */
interface RecordedCertificate {
  readonly cert: string;
}

/** A config whose certificates have the recorded names, lengths of chains and types of keys, with keys of our own. */
export function withOwnCertificates<T extends object>(config: T): T {
  const { certificates } = config as { readonly certificates?: readonly RecordedCertificate[] };
  if (certificates === undefined) return config;
  return { ...config, certificates: certificates.map((entity) => ({ ...entity, ...ownPair(entity.cert) })) };
}

function ownPair(recorded: string): { readonly cert: string; readonly key: string } {
  const blocks = recorded.match(/-----BEGIN[^-]*-----[^-]*-----END[^-]*-----/g) ?? [];
  const names = blocks.map((pem) => /CN=(.*)$/m.exec(new X509Certificate(pem).subject)?.[1] ?? '');
  const [own = '', issuerName] = names;
  const issuer = issuerName === undefined ? undefined : makeCertificate({ commonName: issuerName, ca: true });
  const leaf = makeCertificate({ commonName: own, rsa: 2048, ...(issuer === undefined ? {} : { issuer }) });
  return { cert: leaf.cert + (issuer?.cert ?? ''), key: leaf.key };
}

/** What the recorded client offered, by the name of its row. */
export function offerOf(what: string): ConnectionOptions {
  const sni = /^SNI ([^:,]+)/.exec(what)?.[1];
  const alpn = /offers (\S+)$/.exec(what)?.[1];
  const version = /^TLSv1(?:\.\d)?$/.exec(what)?.[0];
  if (what === 'only RSA') return { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES256-GCM-SHA384' };
  if (what.startsWith('only ECDSA'))
    return { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' };
  if (version !== undefined) {
    const spoken = version as 'TLSv1.2';
    return {
      minVersion: spoken,
      maxVersion: spoken,
      ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384:ALL:@SECLEVEL=0',
    };
  }
  return {
    ...(sni === undefined || sni === 'undefined' ? {} : { servername: sni }),
    ...(alpn === undefined || alpn === 'none' ? {} : { ALPNProtocols: alpn.split(',') }),
  };
}

/** Shakes hands with a port of 127.0.0.1. */
export function shake(port: number, offer: ConnectionOptions): Promise<RecordedHandshake> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...offer });
    socket.once('error', (error) => {
      resolve({ alert: /alert [a-z ]+/.exec(error.message)?.[0] ?? error.message });
    });
    socket.once('secureConnect', () => {
      const shown = socket.getPeerCertificate(true);
      const { publicKey } = new X509Certificate(shown.raw);
      const { namedCurve, modulusLength } = publicKey.asymmetricKeyDetails ?? {};
      let chain = 1;
      for (let at = shown; at.issuerCertificate !== undefined && at.issuerCertificate !== at; ) {
        at = at.issuerCertificate;
        chain += 1;
      }
      resolve({
        version: socket.getProtocol() ?? '',
        cipher: socket.getCipher().standardName,
        alpn: socket.alpnProtocol || null,
        cert_cn: [shown.subject.CN].flat().join(),
        key: namedCurve === undefined ? `RSA ${modulusLength}` : `EC ${namedCurve}`,
        chain_length: chain,
      });
      socket.destroy();
    });
  });
}

/** What differs of two handshakes. */
export function handshakeProblems(
  recorded: RecordedHandshake | string,
  ours: RecordedHandshake,
): readonly string[] {
  if (typeof recorded === 'string') {
    return recorded === ours.cert_cn ? [] : [`certificate ${ours.cert_cn} instead of ${recorded}`];
  }
  const keys = ['alert', 'version', 'cipher', 'alpn', 'cert_cn', 'key', 'chain_length'] as const;
  return keys
    .filter((key) => (recorded[key] ?? null) !== (ours[key] ?? null))
    .map((key) => `${key} ${ours[key]} instead of ${recorded[key]}`);
}
