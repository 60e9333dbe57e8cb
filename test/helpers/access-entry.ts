import type { AccessEntry } from '#gateway/access-log/access-log.js';

/** One proxied request, with what a test wants to be different. */
export function accessEntry(different: Partial<AccessEntry> = {}): AccessEntry {
  return {
    at: Date.UTC(2026, 10, 23, 17, 48, 5, 7),
    clientAddress: '192.0.2.7',
    method: 'GET',
    target: '/users/7?full=1',
    httpVersion: '1.1',
    status: 200,
    bodyBytesSent: 312,
    requestTime: 12,
    host: 'api.test:8000',
    referer: 'https://shop.test/',
    userAgent: 'curl/8.5.0',
    remoteUser: undefined,
    requestId: '0f3c5a7b9d1e2f4a6b8c0d1e2f3a4b5c',
    upstream: '10.0.0.1:8080',
    upstreamLatency: 9,
    routeId: '8b9c1f6e-0a53-5c3e-9d51-3d5a9d3e1c11',
    routeName: 'users',
    serviceId: '8b9c1f6e-0a53-5c3e-9d51-3d5a9d3e1c12',
    serviceName: 'users-service',
    ...different,
  };
}

/** What there is of a request whose head could not be read. */
export const UNREADABLE: Partial<AccessEntry> = {
  method: '',
  target: '',
  status: 400,
  host: undefined,
  referer: undefined,
  userAgent: undefined,
  upstream: undefined,
  upstreamLatency: undefined,
  routeId: undefined,
  routeName: undefined,
  serviceId: undefined,
  serviceName: undefined,
};
