import { isIP } from 'node:net';
import type { Peer } from '../balancer/peer.js';
import type { Service, Upstream } from '../config/entities.js';
import type { Origin, UpstreamTimeouts } from './transport/transport.js';

/** Where an attempt goes. */
export interface Destination {
  readonly origin: Origin;
  /** The value of Host: the port is left out where it is the scheme's own. */
  readonly hostHeader: string;
}

/** What of a service every request to it needs, worked out once. */
export interface ServiceOrigin extends Destination {
  readonly timeouts: UpstreamTimeouts;
  /** Those of the peers it was balanced over. */
  readonly peers: WeakMap<Peer, Destination>;
}

const known = new WeakMap<Service, ServiceOrigin>();

/** Where a service's requests go that is not balanced. */
export function serviceOrigin(service: Service): ServiceOrigin {
  const found = known.get(service);
  if (found !== undefined) return found;
  const host = service.host.replace(/^\[(.*)\]$/, '$1');
  const { port } = service;
  const fresh = {
    origin: makeOrigin(service, { host, port, name: service.host }),
    hostHeader: hostHeader(service, isIP(service.host) === 6 ? `[${service.host}]` : service.host, port),
    timeouts: {
      connect: service.connect_timeout,
      write: service.write_timeout,
      read: service.read_timeout,
    },
    peers: new WeakMap(),
  };
  known.set(service, fresh);
  return fresh;
}

/** Where a service's requests go at a peer of its upstream, whose `host_header` stands above the target's name. */
export function peerDestination(
  service: Service,
  { host_header }: Pick<Upstream, 'host_header'>,
  peer: Peer,
): Destination {
  const { peers } = serviceOrigin(service);
  const found = peers.get(peer);
  if (found !== undefined) return found;
  const name = host_header ?? peer.hostname;
  const { address, port } = peer;
  const fresh = {
    origin: makeOrigin(service, { host: address, port, name: name.replace(/:\d+$/, '') }),
    hostHeader: hostHeader(service, name, port),
  };
  peers.set(peer, fresh);
  return fresh;
}

/** The same place for a request that keeps its own Host: over TLS that name is asked for and checked, as in Kong. */
export function preservedHostOrigin(service: Service, origin: Origin, host: string): Origin {
  return service.protocol === 'https' ? makeOrigin(service, { ...origin, name: host }) : origin;
}

/** `name` is what TLS asks for and checks, unless it is an address. */
interface Place {
  readonly host: string;
  readonly port: number;
  readonly name: string;
}

function makeOrigin(service: Service, { host, port, name }: Place): Origin {
  const authority = isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
  if (service.protocol !== 'https')
    return { host, port, authority, tls: undefined, key: `http ${host} ${port}` };
  const bare = name.replace(/^\[(.*)\]$/, '$1');
  const servername = isIP(bare) === 0 ? bare : undefined;
  const verify = service.tls_verify === true;
  return {
    host,
    port,
    authority,
    tls: { servername, verify },
    key: `https ${host} ${port} ${servername ?? ''} ${verify}`,
  };
}

function hostHeader(service: Service, name: string, port: number): string {
  const usual = service.protocol === 'https' ? 443 : 80;
  return port === usual ? name : `${name}:${port}`;
}
