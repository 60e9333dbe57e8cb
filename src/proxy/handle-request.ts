import type { RouteMatch } from '../router/router.js';
import { normalizeRequestPath, UNMATCHABLE_PATH } from '../uri.js';
import { readClientHead } from './client-head.js';
import { type ClientHost, parseHost, parseTarget } from './client-target.js';
import type { ClientRequest, Exchange } from './exchange.js';
import type { Forwarder } from './forward.js';
import { respondBadRequest, respondError, respondHttpsOnly, respondNotSupported } from './respond.js';

/** nginx's limit for one line of a request's head, in bytes. */
const LINE_LIMIT = 8160;
/** nginx takes no more header lines than this. */
const MAX_HEADER_LINES = 1000;
const NO_HOST: ClientHost = { raw: '', name: '', routed: '', port: undefined };

/** The life of a request, from its head to the hand-over to the upstream, or to an answer of the gateway's own. */
export function handleRequest(exchange: Exchange, forwarder: Forwarder, allowDebugHeader: boolean): void {
  if (exchange.req.httpVersionMajor > 1) {
    respondNotSupported(exchange, 505);
    return;
  }
  const fault = refusal(exchange);
  if (fault !== undefined) {
    respondBadRequest(exchange, fault[0], fault[1]);
    return;
  }
  const client = readClient(exchange);
  if (client === undefined) {
    respondBadRequest(exchange, 400, 'Bad request');
    return;
  }
  exchange.client = client;
  exchange.debug = allowDebugHeader && client.head.debug;
  exchange.match = findRoute(exchange, client);
  if (exchange.match === undefined) {
    respondError(exchange, 404, 'no Route matched with those values');
    return;
  }
  const { route, service } = exchange.match;
  if (exchange.scheme === 'http' && !route.protocols.includes('http')) {
    const { rawPath, query } = client.target;
    respondHttpsOnly(exchange, route.https_redirect_status_code, client.host.name, rawPath + query);
    return;
  }
  if (service === null) {
    respondError(exchange, 503, 'no Service found with those values');
    return;
  }
  forwarder.forward(exchange);
}

function findRoute(exchange: Exchange, client: ClientRequest): RouteMatch | undefined {
  if (client.path === UNMATCHABLE_PATH) return undefined;
  return exchange.snapshot.router.match({
    method: exchange.req.method ?? '',
    scheme: exchange.scheme,
    host: client.host.routed,
    port: client.host.port ?? exchange.port,
    path: client.path,
    rawHeaders: exchange.req.rawHeaders,
    sni: undefined,
  });
}

/** What is wrong with the head as a whole, if anything. */
function refusal({ req }: Exchange): readonly [status: number, message: string] | undefined {
  if (req.httpVersionMajor === 0) return [400, 'Bad request'];
  if (req.method === 'TRACE' || req.method === 'CONNECT') {
    return parseTarget(req.url ?? '') === undefined ? [400, 'Bad request'] : [405, 'Method not allowed'];
  }
  if ((req.url?.length ?? 0) + (req.method?.length ?? 0) > LINE_LIMIT) return [414, 'URI too long'];
  const { rawHeaders } = req;
  if (rawHeaders.length > 2 * MAX_HEADER_LINES) return [400, 'Request header or cookie too large'];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const length = (rawHeaders[i]?.length ?? 0) + (rawHeaders[i + 1]?.length ?? 0);
    if (length > LINE_LIMIT) return [400, 'Request header or cookie too large'];
  }
  return req.httpVersion === '1.0' && req.headers['transfer-encoding'] !== undefined
    ? [400, 'Bad request']
    : undefined;
}

function readClient({ req }: Exchange): ClientRequest | undefined {
  const target = parseTarget(req.url ?? '');
  if (target === undefined) return undefined;
  const head = readClientHead(req.rawHeaders, req.headers.connection);
  const host = readHost(target.authority, head.hosts, head.host, req.httpVersion);
  const path = normalizeRequestPath(target.rawPath);
  return host === undefined || path === undefined ? undefined : { target, host, head, path };
}

/** Exactly one valid Host, except that HTTP/1.0 may leave it out; `authority` stands above it (RFC 9112, 3.2). */
function readHost(
  authority: string | undefined,
  hosts: number,
  host: string,
  version: string,
): ClientHost | undefined {
  if (hosts > 1 || (hosts === 0 && version !== '1.0')) return undefined;
  const named = hosts === 0 ? NO_HOST : parseHost(host);
  return named === undefined || authority === undefined ? named : parseHost(authority);
}
