import { createHash, X509Certificate } from 'node:crypto';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** The certificates of a PEM text, each as a text of its own. */
export function certificatesOf(pem: string): readonly string[] {
  return pem.match(CERTIFICATE) ?? [];
}

/** Who may sign the certificate of a server; an empty list trusts nobody. */
export class Authorities {
  /** PEM texts of one certificate each. */
  readonly certificates: readonly string[];
  /** Equal for the same certificates in the same order. */
  readonly key: string;
  #parsed: readonly X509Certificate[] | undefined;

  /** The certificates are read when they are first asked for, and must be sound. */
  constructor(certificates: readonly string[]) {
    this.certificates = certificates;
    this.key = certificates.length === 0 ? '-' : digest(certificates);
  }

  /**
   * How many certificates of a chain, its first one aside, stand below the first authority that signed one of it:
   * 0 for a certificate signed by an authority itself. Infinity where no authority signed any.
   */
  intermediates(chain: readonly X509Certificate[]): number {
    this.#parsed ??= this.certificates.map((certificate) => new X509Certificate(certificate));
    const parsed = this.#parsed;
    const index = chain.findIndex((certificate) =>
      parsed.some((authority) => certificate.checkIssued(authority)),
    );
    return index === -1 ? Number.POSITIVE_INFINITY : index;
  }
}

/** A digest over texts that tells them apart also where they are joined differently. */
export function digest(texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text.length}:`).update(text);
  return hash.digest('base64url');
}
