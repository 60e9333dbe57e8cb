import type { CaCertificate, Certificate, GatewayConfig, Reference } from '../config/entities.js';
import type { Steps } from '../steps.js';
import { Authorities } from './authorities.js';
import { type ClientIdentity, clientIdentity } from './client-identity.js';

/** The certificates of a config by what services and upstreams say of them. */
export class UpstreamCredentials {
  readonly #authorities: ReadonlyMap<string, CaCertificate>;
  readonly #certificates: ReadonlyMap<string, Certificate>;

  constructor(
    authorities: ReadonlyMap<string, CaCertificate>,
    certificates: ReadonlyMap<string, Certificate>,
  ) {
    this.#authorities = authorities;
    this.#certificates = certificates;
  }

  /** Those that `ca_certificates` names. An id of nothing is left out, so that it never widens whom one trusts. */
  authorities(ids: readonly string[]): Authorities {
    return new Authorities(
      ids.flatMap((id) => {
        const authority = this.#authorities.get(id);
        return authority === undefined ? [] : [authority.cert];
      }),
    );
  }

  /** That of a `client_certificate`; undefined where it names none. */
  identity(reference: Reference | null | undefined): ClientIdentity | undefined {
    const found = this.#certificates.get(reference?.id ?? '');
    return found === undefined ? undefined : clientIdentity(found.cert, found.key);
  }
}

/** Builds them in short steps. */
export function* upstreamCredentialSteps(config: GatewayConfig): Steps<UpstreamCredentials> {
  const authorities = new Map<string, CaCertificate>();
  for (const authority of config.ca_certificates) {
    authorities.set(authority.id, authority);
    yield;
  }
  const certificates = new Map<string, Certificate>();
  for (const certificate of config.certificates) {
    certificates.set(certificate.id, certificate);
    yield;
  }
  return new UpstreamCredentials(authorities, certificates);
}
