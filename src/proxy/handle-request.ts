import type { RouteMatch } from '../router/router.js';
import { normalizeRequestPath, UNMATCHABLE_PATH } from '../uri.js';
import { readClientHead } from './client-head.js';
import type { ClientRequestHead } from './client-stream.js';
import { type ClientHost, parseHost, parseTarget } from './client-target.js';
import type { ClientRequest, Exchange } from './exchange.js';
import type { Forwarder } from './forward.js';
import { grpcMismatch } from './grpc.js';
import {
  respondBadRequest,
  respondError,
  respondGrpcMismatch,
  respondHttpsOnly,
  respondNotSupported,
} from './respond.js';

/** nginx's limit for one line of a request's head, in bytes. */
const LINE_LIMIT = 8160;
/** nginx's four buffers of 8 kB for a head. */
const HEAD_LIMIT = 32 * 1024;
const NO_HOST: ClientHost = { raw: '', name: '', routed: '', port: undefined };

/** The life of a request, from its head to the hand-over to the upstream, or to an answer of the gateway's own. */
export function handleRequest(exchange: Exchange, forwarder: Forwarder, allowDebugHeader: boolean): void {
  const { head } = exchange.stream;
  if (head.versionUnsupported) {
    respondNotSupported(exchange, 505);
    return;
  }
  const fault = refusal(head);
  if (fault !== undefined) {
    respondBadRequest(exchange, fault[0], fault[1]);
    return;
  }
  const client = readClient(head);
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
  const { protocols } = route;
  if (exchange.forwardedProto !== 'https' && protocols.includes('https') && !protocols.includes('http')) {
    const { rawPath, query } = client.target;
    const host = exchange.claims?.host || client.host.name;
    respondHttpsOnly(exchange, route.https_redirect_status_code, host, rawPath + query);
    return;
  }
  const mismatch = grpcMismatch(protocols, head, exchange.forwardedProto);
  if (mismatch !== undefined) {
    respondGrpcMismatch(exchange, mismatch);
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
  const { head, peer } = exchange.stream;
  return exchange.snapshot.router.match({
    method: head.method,
    scheme: peer.scheme,
    host: client.host.routed,
    port: client.host.port ?? peer.port,
    path: client.path,
    rawHeaders: head.rawHeaders,
    sni: peer.sni,
  });
}

/** What is wrong with the head as a whole, if anything. */
function refusal(head: ClientRequestHead): readonly [status: number, message: string] | undefined {
  const { method, target } = head;
  if (head.malformed) return [400, 'Bad request'];
  if (method === 'TRACE' || method === 'CONNECT') {
    return parseTarget(target) === undefined ? [400, 'Bad request'] : [405, 'Method not allowed'];
  }
  // In HTTP/2 the head is bounded as a whole, the request line with it.
  const http2 = head.version === '2.0';
  if (!http2 && target.length + method.length > LINE_LIMIT) return [414, 'URI too long'];
  return head.longestLine > (http2 ? HEAD_LIMIT : LINE_LIMIT)
    ? [400, 'Request header or cookie too large']
    : undefined;
}

function readClient({
  target: text,
  rawHeaders,
  connection,
  version,
}: ClientRequestHead): ClientRequest | undefined {
  const target = parseTarget(text);
  if (target === undefined) return undefined;
  const head = readClientHead(rawHeaders, connection);
  const host = readHost(target.authority, head.hosts, head.host, version);
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
