import { isIP } from 'node:net';
import type { Reference, Service } from '../config/entities.js';
import type { ClientIdentity } from '../tls/client-identity.js';
import type { UpstreamCredentials } from '../tls/upstream-credentials.js';
import type { UpstreamDefaults } from '../tls/upstream-defaults.js';
import type { UpstreamTls, Verification } from './transport/transport.js';

/** Where a service's TLS takes from what the service leaves open. */
export interface TlsSources {
  readonly credentials: UpstreamCredentials;
  readonly defaults: UpstreamDefaults;
}

/** How a service is spoken to over TLS, whatever the name of the server turns out to be. */
export class ServiceTls {
  /** Tells apart what must not share a connection, together with the servers' names. */
  readonly key: string;
  readonly #verification: Omit<Verification, 'name'> | undefined;
  readonly #identity: ClientIdentity | undefined;

  /** `certificate`: the `client_certificate` of the service's upstream, which the service's own stands above. */
  constructor(service: Service, { credentials, defaults }: TlsSources, certificate?: Reference | null) {
    const { ca_certificates: ids, tls_verify: verify, tls_verify_depth: depth } = service;
    this.#verification =
      (verify ?? defaults.verify)
        ? {
            authorities: ids === null ? defaults.authorities : credentials.authorities(ids),
            depth: depth ?? defaults.depth,
          }
        : undefined;
    this.#identity =
      credentials.identity(service.client_certificate) ??
      credentials.identity(certificate) ??
      defaults.identity;
    const trust = this.#verification;
    const verified = trust === undefined ? '' : `${trust.authorities.key} ${trust.depth}`;
    this.key = `${verified} ${this.#identity?.key ?? ''}`;
  }

  /** For a server of this name: a host name, or an IP address without brackets. */
  for(name: string): UpstreamTls {
    const verification = this.#verification;
    return {
      servername: isIP(name) === 0 ? name : undefined,
      verification: verification === undefined ? undefined : { name, ...verification },
      identity: this.#identity,
    };
  }
}
