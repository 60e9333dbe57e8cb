import { isIP } from 'node:net';
import type { Service } from '../config/entities.js';
import type { UpstreamCredentials } from '../tls/upstream-credentials.js';
import type { UpstreamDefaults } from '../tls/upstream-defaults.js';
import { ServiceTls } from './service-tls.js';
import type { Origin, UpstreamTimeouts } from './transport/transport.js';

/** What of a service every request to it needs, worked out once. */
export class ServiceOrigin {
  readonly service: Service;
  /** Where requests go that carry the service's own host. */
  readonly origin: Origin;
  /** The value of Host: the port is left out where it is the scheme's own. */
  readonly hostHeader: string;
  readonly timeouts: UpstreamTimeouts;
  readonly #tls: ServiceTls | undefined;

  /** `tls`: undefined where the service is spoken to in plain text. */
  constructor(service: Service, tls: ServiceTls | undefined) {
    this.service = service;
    this.#tls = tls;
    this.origin = makeOrigin(service, tls, service.host);
    this.hostHeader = hostHeader(service);
    this.timeouts = {
      connect: service.connect_timeout,
      write: service.write_timeout,
      read: service.read_timeout,
    };
  }

  /** Where a request goes that keeps its own Host: over TLS that name is asked for and checked, as in Kong. */
  preserving(host: string): Origin {
    return this.#tls === undefined ? this.origin : makeOrigin(this.service, this.#tls, host);
  }
}

/** The services of all snapshots that requests still go to, each worked out when the first one does. */
export class ServiceOrigins {
  readonly #defaults: UpstreamDefaults;
  /** A service belongs to one config, and so to one set of credentials. */
  readonly #known = new WeakMap<Service, ServiceOrigin>();

  constructor(defaults: UpstreamDefaults) {
    this.#defaults = defaults;
  }

  /** `credentials` are those of the service's config. */
  of(service: Service, credentials: UpstreamCredentials): ServiceOrigin {
    const found = this.#known.get(service);
    if (found !== undefined) return found;
    const tls = speaksTls(service)
      ? new ServiceTls(service, { credentials, defaults: this.#defaults })
      : undefined;
    const fresh = new ServiceOrigin(service, tls);
    this.#known.set(service, fresh);
    return fresh;
  }
}

function speaksTls({ protocol }: Service): boolean {
  return protocol === 'https' || protocol === 'grpcs';
}

/** `name` is that of the server, perhaps in brackets. */
function makeOrigin(service: Service, tls: ServiceTls | undefined, name: string): Origin {
  const host = unbracketed(service.host);
  const { port } = service;
  const authority = isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
  const { protocol } = service;
  const http2 = protocol === 'grpc' || protocol === 'grpcs' ? { http2: true as const } : {};
  if (tls === undefined) return { host, port, authority, tls, ...http2, key: `${protocol} ${host} ${port}` };
  const server = unbracketed(name);
  return {
    host,
    port,
    authority,
    tls: tls.for(server),
    ...http2,
    key: `${protocol} ${host} ${port} ${server} ${tls.key}`,
  };
}

function unbracketed(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

function hostHeader(service: Service): string {
  const host = isIP(service.host) === 6 ? `[${service.host}]` : service.host;
  const usual = speaksTls(service) ? 443 : 80;
  return service.port === usual ? host : `${host}:${service.port}`;
}
