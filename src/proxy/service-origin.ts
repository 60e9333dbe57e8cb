import { isIP } from 'node:net';
import type { Service } from '../config/entities.js';
import type { Origin, UpstreamTimeouts } from './transport/transport.js';

/** What of a service every request to it needs, worked out once. */
export interface ServiceOrigin {
  readonly origin: Origin;
  /** The value of Host: the port is left out where it is the scheme's own. */
  readonly hostHeader: string;
  readonly timeouts: UpstreamTimeouts;
}

const known = new WeakMap<Service, ServiceOrigin>();

/** Where a service's requests go. */
export function serviceOrigin(service: Service): ServiceOrigin {
  const found = known.get(service);
  if (found !== undefined) return found;
  const fresh = {
    origin: makeOrigin(service, service.host),
    hostHeader: hostHeader(service),
    timeouts: {
      connect: service.connect_timeout,
      write: service.write_timeout,
      read: service.read_timeout,
    },
  };
  known.set(service, fresh);
  return fresh;
}

/** Where a request goes that keeps its own Host: over TLS that name is asked for and checked, as in Kong. */
export function preservedHostOrigin(service: Service, host: string): Origin {
  return speaksTls(service) ? makeOrigin(service, host) : serviceOrigin(service).origin;
}

function speaksTls({ protocol }: Service): boolean {
  return protocol === 'https' || protocol === 'grpcs';
}

function speaksHttp2({ protocol }: Service): boolean {
  return protocol === 'grpc' || protocol === 'grpcs';
}

function makeOrigin(service: Service, name: string): Origin {
  const host = service.host.replace(/^\[(.*)\]$/, '$1');
  const { port } = service;
  const authority = isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
  const http2 = speaksHttp2(service) ? { http2: true as const } : {};
  if (!speaksTls(service))
    return { host, port, authority, tls: undefined, ...http2, key: `${service.protocol} ${host} ${port}` };
  const bare = name.replace(/^\[(.*)\]$/, '$1');
  const servername = isIP(bare) === 0 ? bare : undefined;
  const verify = service.tls_verify === true;
  return {
    host,
    port,
    authority,
    tls: { servername, verify },
    ...http2,
    key: `${service.protocol} ${host} ${port} ${servername ?? ''} ${verify}`,
  };
}

function hostHeader(service: Service): string {
  const host = isIP(service.host) === 6 ? `[${service.host}]` : service.host;
  const usual = speaksTls(service) ? 443 : 80;
  return service.port === usual ? host : `${host}:${service.port}`;
}
