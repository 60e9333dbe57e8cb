import { STATUS_CODES } from 'node:http';
import { PRODUCT, PRODUCT_TOKEN, viaToken } from '../version.js';
import { errorBody, statusPage } from './error-body.js';
import type { Exchange } from './exchange.js';
import { fieldValue } from './field-value.js';
import { type GrpcMismatch, grpcStatus, grpcWord, isGrpcCall } from './grpc.js';
import { httpDate } from './http-date.js';
import { latin1 } from './latin1.js';

/** Where Kong's reason phrase is not Node's. */
const REASONS: Readonly<Record<number, string>> = {
  302: 'Moved Temporarily',
  405: 'Not Allowed',
  408: 'Request Time-out',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Large',
  426: '',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};

const GRPC_TYPE: readonly string[] = ['Content-Type', 'application/grpc'];

/**
 * Answers with an error of the gateway's own: JSON unless the client asks for something else. A gRPC call gets Kong's
 * word for the status instead.
 */
export function respondError(exchange: Exchange, status: number, message: string): void {
  if (isGrpcCall(exchange.stream.head)) {
    const outcome = { status: grpcStatus(status), message: grpcWord(status) };
    sendGrpc(exchange, status, outcome, [...GRPC_TYPE, ...latency(exchange)]);
    return;
  }
  send(exchange, status, errorBody(message, exchange.id, accepted(exchange), 'json'), latency(exchange));
}

/** Answers a request that is not understood: plain text unless the client asks for something else. */
export function respondBadRequest(exchange: Exchange, status: number, message: string): void {
  if (isGrpcCall(exchange.stream.head)) {
    sendGrpc(exchange, status, { status: grpcStatus(status), message }, latency(exchange));
    return;
  }
  send(
    exchange,
    status,
    errorBody(message, exchange.id, accepted(exchange), 'plain'),
    latency(exchange),
    true,
  );
}

/** Answers a request whose body proved malformed on its way to the upstream, and closes. */
export function respondBadBody(exchange: Exchange): void {
  const rendered = errorBody('Bad request', exchange.id, accepted(exchange), 'plain');
  send(exchange, 400, rendered, proxied(exchange), true);
}

/** Answers for an upstream that gave no usable answer: plain text unless the client asks for something else. */
export function respondUpstreamFailure(exchange: Exchange, status: number, message: string): void {
  const { head } = exchange.stream;
  if (isGrpcCall(head)) {
    sendGrpc(exchange, status, { status: grpcStatus(status), message }, proxied(exchange));
    return;
  }
  const { rawHeaders } = head;
  const grpc = fieldValue(rawHeaders, 'content-type')?.startsWith('application/grpc') === true;
  const rendered = grpc
    ? { contentType: 'application/json; charset=utf-8', body: JSON.stringify({ message }) }
    : errorBody(message, exchange.id, accepted(exchange), 'plain');
  send(exchange, status, rendered, proxied(exchange));
}

/** Sends a client that came over plain HTTP to HTTPS, as the route's `https_redirect_status_code` says. */
export function respondHttpsOnly(exchange: Exchange, status: number, host: string, target: string): void {
  if (status === 426) {
    const rendered = errorBody('Please use HTTPS protocol', exchange.id, accepted(exchange), 'json');
    send(exchange, status, rendered, [
      'Upgrade',
      'TLS/1.2, HTTP/1.1',
      'Connection',
      'Upgrade',
      ...latency(exchange),
    ]);
    return;
  }
  const body = statusPage(status === 302 ? '302 Found' : `${status} ${STATUS_CODES[status] ?? ''}`);
  // Kong's nginx takes the first two for its own, and adds a charset to the others.
  const contentType = status < 303 ? 'text/html' : 'text/html; charset=UTF-8';
  send(exchange, status, { contentType, body }, [
    'Location',
    // Without a Host there is no name but ours, as in X-Forwarded-Host.
    `https://${host === '' ? PRODUCT : host}${target}`,
    ...latency(exchange),
  ]);
}

/** Answers a request that came in plain text to where TLS is spoken, as nginx does, and closes. */
export function respondPlainHttp(exchange: Exchange): void {
  const reason = 'The plain HTTP request was sent to HTTPS port';
  const body = statusPage(`400 ${reason}`, '400 Bad Request', reason);
  send(exchange, 400, { contentType: 'text/html; charset=UTF-8', body }, latency(exchange), true);
}

/** Answers a request that its route for gRPC cannot take. */
export function respondGrpcMismatch(exchange: Exchange, mismatch: GrpcMismatch): void {
  switch (mismatch) {
    case 'not-grpc':
      respondError(exchange, 415, 'Non-gRPC request matched gRPC route');
      return;
    case 'not-http2': {
      const rendered = errorBody('Please use HTTP2 protocol', exchange.id, accepted(exchange), 'json');
      const upgrade = ['Upgrade', 'HTTP/2', 'Connection', 'Upgrade'];
      send(exchange, 426, rendered, [...upgrade, ...latency(exchange)]);
      return;
    }
    case 'not-grpcs': {
      const outcome = { status: '1', message: 'gRPC request matched gRPCs route' };
      sendGrpc(exchange, 200, outcome, [...GRPC_TYPE, ...latency(exchange)]);
    }
  }
}

/**
 * Answers a request whose transfer coding (501, RFC 9112, 6.1) or version (505, RFC 9110, 15.6.6) is not
 * understood, and closes.
 */
export function respondNotSupported(exchange: Exchange, status: 501 | 505): void {
  const body = statusPage(`${status} ${STATUS_CODES[status] ?? ''}`);
  send(exchange, status, { contentType: 'text/html; charset=UTF-8', body }, latency(exchange), true);
}

/** What marks an answer to a request that was on its way to an upstream. */
function proxied(exchange: Exchange): readonly string[] {
  return [
    'X-Kong-Upstream-Latency',
    String(exchange.upstreamLatency),
    'X-Kong-Proxy-Latency',
    String(exchange.proxyLatency),
    'Via',
    viaToken(exchange.stream.head.version),
  ];
}

function latency(exchange: Exchange): readonly string[] {
  return ['X-Kong-Response-Latency', String(exchange.responseLatency)];
}

function send(
  exchange: Exchange,
  status: number,
  rendered: { readonly contentType: string; readonly body: string },
  headers: readonly string[],
  close = false,
): void {
  const { stream } = exchange;
  const body = Buffer.from(rendered.body);
  if (close) stream.last();
  stream.begin(
    status,
    REASONS[status] ?? STATUS_CODES[status] ?? '',
    [
      'Date',
      httpDate(),
      'Content-Type',
      rendered.contentType,
      'Content-Length',
      String(body.length),
      ...headers,
      ...signature(exchange),
    ],
    body.length,
  );
  stream.write(body);
  stream.end([]);
}

/** The outcome of a call stands in the head: an answer without a body has no other place for it. */
function sendGrpc(
  exchange: Exchange,
  status: number,
  outcome: { readonly status: string; readonly message: string },
  headers: readonly string[],
): void {
  const { stream } = exchange;
  const fields = ['grpc-status', outcome.status, 'grpc-message', outcome.message, 'Content-Length', '0'];
  stream.begin(
    status,
    REASONS[status] ?? STATUS_CODES[status] ?? '',
    ['Date', httpDate(), ...fields, ...headers, ...signature(exchange)],
    0,
  );
  stream.end([]);
}

/** What every answer of the gateway's own ends its head with. */
function signature(exchange: Exchange): readonly string[] {
  return [...debugHeaders(exchange), 'Server', PRODUCT_TOKEN, 'X-Kong-Request-Id', exchange.id];
}

function accepted(exchange: Exchange): string | undefined {
  return fieldValue(exchange.stream.head.rawHeaders, 'accept');
}

/** Which route and service served, for `Kong-Debug` (the setting allow_debug_header). */
export function debugHeaders(exchange: Exchange): readonly string[] {
  const { match } = exchange;
  if (!exchange.debug || match === undefined) return [];
  const { route, service } = match;
  const headers = ['Kong-Route-Id', route.id];
  if (route.name !== null) headers.push('Kong-Route-Name', latin1(route.name));
  if (service !== null) headers.push('Kong-Service-Id', service.id);
  if (service !== null && service.name !== null) headers.push('Kong-Service-Name', latin1(service.name));
  return headers;
}
