import { isIP } from 'node:net';
import type { Peer } from '../balancer/peer.js';
import type { Service, Upstream } from '../config/entities.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { UpstreamDefaults } from '../tls/upstream-defaults.js';
import { ServiceTls } from './service-tls.js';
import type { Origin, UpstreamTimeouts } from './transport/transport.js';

/** Where an attempt goes. */
export interface Destination {
  readonly origin: Origin;
  /** The value of Host: the port is left out where it is the scheme's own. */
  readonly hostHeader: string;
}

/** What of a service every request to it needs, worked out once; itself where requests go that are not balanced. */
export class ServiceOrigin implements Destination {
  readonly service: Service;
  readonly origin: Origin;
  readonly hostHeader: string;
  readonly timeouts: UpstreamTimeouts;
  readonly #tls: ServiceTls | undefined;
  readonly #peers = new WeakMap<Peer, Destination>();

  /** `tls`: undefined where the service is spoken to in plain text. */
  constructor(service: Service, tls: ServiceTls | undefined) {
    const { host, port } = service;
    this.service = service;
    this.#tls = tls;
    this.origin = makeOrigin(service, tls, { host: unbracketed(host), port, name: host });
    this.hostHeader = hostHeader(service, isIP(host) === 6 ? `[${host}]` : host, port);
    this.timeouts = {
      connect: service.connect_timeout,
      write: service.write_timeout,
      read: service.read_timeout,
    };
  }

  /** Where requests go at a peer of the service's upstream, whose `host_header` stands above the target's name. */
  at(peer: Peer, { host_header }: Pick<Upstream, 'host_header'>): Destination {
    const found = this.#peers.get(peer);
    if (found !== undefined) return found;
    const name = host_header ?? peer.hostname;
    const { address, port } = peer;
    const fresh = {
      origin: makeOrigin(this.service, this.#tls, { host: address, port, name: name.replace(/:\d+$/, '') }),
      hostHeader: hostHeader(this.service, name, port),
    };
    this.#peers.set(peer, fresh);
    return fresh;
  }

  /** The same place for a request that keeps its own Host: over TLS that name is asked for and checked, as in Kong. */
  preserving({ origin }: Destination, host: string): Origin {
    return this.#tls === undefined ? origin : makeOrigin(this.service, this.#tls, { ...origin, name: host });
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

  /** `snapshot` is the one the service belongs to. */
  of(
    service: Service,
    { credentials, upstreams }: Pick<Snapshot, 'credentials' | 'upstreams'>,
  ): ServiceOrigin {
    const found = this.#known.get(service);
    if (found !== undefined) return found;
    const certificate = upstreams.find(service.host)?.upstream.client_certificate;
    const tls = speaksTls(service)
      ? new ServiceTls(service, { credentials, defaults: this.#defaults }, certificate)
      : undefined;
    const fresh = new ServiceOrigin(service, tls);
    this.#known.set(service, fresh);
    return fresh;
  }
}

function speaksTls({ protocol }: Service): boolean {
  return protocol === 'https' || protocol === 'grpcs';
}

/** `name` is that of the server, perhaps in brackets: what TLS asks for and checks. */
interface Place {
  readonly host: string;
  readonly port: number;
  readonly name: string;
}

function makeOrigin(service: Service, tls: ServiceTls | undefined, { host, port, name }: Place): Origin {
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

function hostHeader(service: Service, name: string, port: number): string {
  const usual = speaksTls(service) ? 443 : 80;
  return port === usual ? name : `${name}:${port}`;
}
