import type { Certificate, GatewayConfig } from '../config/entities.js';
import type { Steps } from '../steps.js';

/**
 * Which certificate a server name gets, as in Kong: that of the name itself, of `*` in place of its first label, of
 * `*` in place of its last one, of `*`. `*.test` covers no name of two labels. Case does not matter (RFC 6066, 3).
 */
export class CertificateIndex {
  readonly #bySni: ReadonlyMap<string, Certificate>;

  /** The names are in lower case. */
  constructor(bySni: ReadonlyMap<string, Certificate>) {
    this.#bySni = bySni;
  }

  /** `serverName` is in lower case. Undefined where the default certificate is to be shown. */
  find(serverName: string): Certificate | undefined {
    const bySni = this.#bySni;
    if (bySni.size === 0) return undefined;
    const [first, last] = [serverName.indexOf('.'), serverName.lastIndexOf('.')];
    return (
      bySni.get(serverName) ??
      (first < last && first > 0 ? bySni.get(`*${serverName.slice(first)}`) : undefined) ??
      (last > 0 ? bySni.get(`${serverName.slice(0, last)}.*`) : undefined) ??
      bySni.get('*')
    );
  }
}

/** Builds one in short steps. */
export function* certificateIndexSteps({
  certificates,
  snis,
}: Pick<GatewayConfig, 'certificates' | 'snis'>): Steps<CertificateIndex> {
  const byId = new Map<string, Certificate>();
  for (const certificate of certificates) {
    byId.set(certificate.id, certificate);
    yield;
  }
  const bySni = new Map<string, Certificate>();
  for (const { name, certificate } of snis) {
    const found = byId.get(certificate.id);
    const key = name.toLowerCase();
    // Of two names that differ in case only, the first one in the file counts.
    if (found !== undefined && !bySni.has(key)) bySni.set(key, found);
    yield;
  }
  return new CertificateIndex(bySni);
}
