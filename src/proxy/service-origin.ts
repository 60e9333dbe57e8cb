import { isIP } from 'node:net';
import type { Peer } from '../balancer/peer.js';
import type { Reference, Service } from '../config/entities.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { UpstreamDefaults } from '../tls/upstream-defaults.js';
import type { BalancedUpstream } from '../upstreams/balanced-upstream.js';
import { ServiceTls } from './service-tls.js';
import type { Origin, UpstreamTimeouts } from './transport/transport.js';

/** Where an attempt goes. */
export interface Destination {
  readonly origin: Origin;
  /** The value of Host: the port is left out where it is the scheme's own. */
  readonly hostHeader: string;
}

/** What of a service every request to it needs, worked out once. */
export class ServiceOrigin {
  readonly service: Service;
  /** What the service is balanced over; undefined where its host is a name or an address. */
  readonly upstream: BalancedUpstream | undefined;
  readonly timeouts: UpstreamTimeouts;
  /** Where requests go that are not balanced. */
  readonly own: Destination;
  readonly #tls: ServiceTls | undefined;
  readonly #peers = new WeakMap<Peer, Destination>();

  /** `tls`: undefined where the service is spoken to in plain text. */
  constructor(service: Service, upstream: BalancedUpstream | undefined, tls: ServiceTls | undefined) {
    this.service = service;
    this.upstream = upstream;
    this.#tls = tls;
    const { host, port } = service;
    const name = isIP(host) === 6 ? `[${host}]` : host;
    this.own = this.#to({ host: unbracketed(host), port }, name);
    this.timeouts = {
      connect: service.connect_timeout,
      write: service.write_timeout,
      read: service.read_timeout,
    };
  }

  /** Where an attempt at a peer of the upstream goes; `host_header` stands above the target's name. */
  at(peer: Peer): Destination {
    const found = this.#peers.get(peer);
    if (found !== undefined) return found;
    const { address, port, hostname } = peer;
    const name = this.upstream?.upstream.host_header ?? hostname;
    const fresh = this.#to({ host: address, port }, name);
    this.#peers.set(peer, fresh);
    return fresh;
  }

  /** The same place for a request that keeps its own Host: over TLS that name is asked for and checked, as in Kong. */
  preserving(origin: Origin, host: string): Origin {
    return this.#tls === undefined ? origin : makeOrigin(this.service, this.#tls, origin, host);
  }

  /** `name` goes into Host with the port behind it, and into TLS without one. */
  #to(place: Place, name: string): Destination {
    const usual = speaksTls(this.service) ? 443 : 80;
    return {
      origin: makeOrigin(this.service, this.#tls, place, withoutPort(name)),
      hostHeader: place.port === usual ? name : `${name}:${place.port}`,
    };
  }
}

/** The services of all snapshots that requests still go to, each worked out when the first one does. */
export class ServiceOrigins {
  readonly #defaults: UpstreamDefaults;
  /** A service belongs to one config, and so to one set of credentials and upstreams. */
  readonly #known = new WeakMap<Service, ServiceOrigin>();

  constructor(defaults: UpstreamDefaults) {
    this.#defaults = defaults;
  }

  /** The snapshot is that of the service's config. */
  of(
    service: Service,
    { credentials, upstreams }: Pick<Snapshot, 'credentials' | 'upstreams'>,
  ): ServiceOrigin {
    const found = this.#known.get(service);
    if (found !== undefined) return found;
    const upstream = upstreams.find(service.host);
    const certificate: Reference | null | undefined = upstream?.upstream.client_certificate;
    const tls = speaksTls(service)
      ? new ServiceTls(service, { credentials, defaults: this.#defaults }, certificate)
      : undefined;
    const fresh = new ServiceOrigin(service, upstream, tls);
    this.#known.set(service, fresh);
    return fresh;
  }
}

type Place = Pick<Origin, 'host' | 'port'>;

function speaksTls({ protocol }: Service): boolean {
  return protocol === 'https' || protocol === 'grpcs';
}

/** `name` is that of the server, perhaps in brackets. */
function makeOrigin(
  { protocol }: Service,
  tls: ServiceTls | undefined,
  { host, port }: Place,
  name: string,
): Origin {
  const authority = isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
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

/** Without the port that a `host_header` may have. */
function withoutPort(name: string): string {
  return name.replace(/^([^:]+|\[.*\]):\d+$/, '$1');
}
