import { X509Certificate } from 'node:crypto';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import type { Verification } from './transport.js';

/**
 * Why a certificate whose chain leads to an authority is refused all the same: it is for another name, or too many
 * certificates stand in between (Node.js cannot be told a depth). Undefined where it is good.
 */
export function certificateFault(
  certificate: PeerCertificate,
  { name, authorities, depth }: Verification,
): Error | undefined {
  const mismatch = checkServerIdentity(name, certificate);
  if (mismatch !== undefined) return mismatch;
  if (authorities.intermediates(chainOf(certificate)) <= depth) return undefined;
  return new Error(`the certificate chain is too long: ${depth} intermediate certificates are allowed`);
}

/** From the server's own certificate upwards, as far as it was sent or is known. */
function chainOf(certificate: PeerCertificate): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  const seen = new Set<PeerCertificate>();
  let next: PeerCertificate | undefined = certificate;
  // The one at the top is its own issuer.
  while (next !== undefined && !seen.has(next)) {
    seen.add(next);
    chain.push(new X509Certificate(next.raw));
    next = issuerOf(next);
  }
  return chain;
}

/** Node.js hands over the detailed form, which its types do not tell. */
function issuerOf(certificate: PeerCertificate & { readonly issuerCertificate?: PeerCertificate }) {
  return certificate.issuerCertificate;
}
