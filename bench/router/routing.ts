import type { GatewayConfig, Route, Service } from '#gateway/config/entities.js';
import type { RouteQuery } from '#gateway/router/router.js';

export const MIXES = ['prefix', 'host', 'regex', 'mixed'] as const;
export type Mix = (typeof MIXES)[number];

const SERVICE: Service = {
  id: 'service',
  name: 'upstream',
  protocol: 'http',
  host: '127.0.0.1',
  port: 80,
  path: null,
  retries: 5,
  connect_timeout: 60_000,
  write_timeout: 60_000,
  read_timeout: 60_000,
  enabled: true,
  tags: null,
  client_certificate: null,
  ca_certificates: null,
  tls_verify: null,
  tls_verify_depth: null,
  created_at: null,
  updated_at: null,
};

const ROUTE: Omit<Route, 'id' | 'name'> = {
  protocols: ['http', 'https'],
  methods: null,
  hosts: null,
  paths: null,
  headers: null,
  snis: null,
  sources: null,
  destinations: null,
  https_redirect_status_code: 426,
  regex_priority: 0,
  strip_path: true,
  path_handling: 'v0',
  preserve_host: false,
  request_buffering: true,
  response_buffering: true,
  tags: null,
  service: { id: SERVICE.id },
  created_at: null,
  updated_at: null,
};

/** What a client such as a browser's fetch or curl sends along. */
const RAW_HEADERS: readonly string[] = [
  ...[
    'Host',
    'api.test',
    'User-Agent',
    'curl/8.5.0',
    'Accept',
    '*/*',
    'Accept-Encoding',
    'gzip, deflate, br',
  ],
  ...['Authorization', 'Bearer 0123456789abcdef0123456789abcdef', 'X-Request-Source', 'bench'],
];

/** What of a config a router is built from. */
export type Routing = Pick<GatewayConfig, 'services' | 'routes'>;

/** A config of `count` routes of one service. */
export function configOf(mix: Mix, count: number): Routing {
  const routes = Array.from({ length: count }, (_, index): Route => {
    const name = `route-${index}`;
    return { ...ROUTE, ...matchingOf(mix, index), id: name, name };
  });
  return { services: [SERVICE], routes };
}

/** `mixed` stands for a large real config: mostly prefixes, some below hosts, some with methods, few regexes. */
function matchingOf(mix: Mix, index: number): Partial<Route> {
  const prefix = `/group-${index % 100}/item-${index}`;
  const host = `host-${index}.api.test`;
  switch (mix) {
    case 'prefix':
      return { paths: [prefix] };
    case 'host':
      return { hosts: [host] };
    case 'regex':
      return { paths: [`~${prefix}/(?<id>\\d+)/[a-z]+$`] };
    case 'mixed':
      return mixedOf(index, prefix, host);
  }
}

function mixedOf(index: number, prefix: string, host: string): Partial<Route> {
  switch (index % 10) {
    case 0:
      return { paths: [`~${prefix}/(?<id>\\d+)/[a-z]+$`] };
    case 1:
      return { hosts: [host], paths: [prefix] };
    case 2:
      return { hosts: [`*.group-${index}.test`], paths: ['/'] };
    case 3:
      return { methods: ['POST', 'PUT'], paths: [prefix] };
    default:
      return { paths: [prefix] };
  }
}

/** A query that route `index` of the mix takes. */
export function queryFor(mix: Mix, index: number): RouteQuery {
  const wildcard = mix === 'mixed' && index % 10 === 2;
  const host = wildcard ? `shop.group-${index}.test` : `host-${index}.api.test`;
  const method = mix === 'mixed' && index % 10 === 3 ? 'POST' : 'GET';
  return queryOf(method, host, `/group-${index % 100}/item-${index}/42/orders`);
}

/** A query that goes wrong as late as can be: its group exists, its item does not, nor its host. */
export function strayQuery(index: number): RouteQuery {
  return queryOf('GET', `nobody-${index}.api.test`, `/group-${index % 100}/stray-${index}/42/orders`);
}

function queryOf(method: string, host: string, path: string): RouteQuery {
  return { method, scheme: 'http', host, port: 8000, path, rawHeaders: RAW_HEADERS, sni: undefined };
}
