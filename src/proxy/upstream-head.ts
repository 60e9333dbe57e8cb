import type { Route } from '../config/entities.js';
import { PRODUCT, viaToken } from '../version.js';
import type { ClientRequest, Exchange } from './exchange.js';
import { latin1 } from './latin1.js';

/** How the body of a request to an upstream is framed: what goes into its head. */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: string }
  | { readonly kind: 'chunked' };

/**
 * Writes the head of the request to the upstream, names and values in turn: what the gateway says first, then the
 * client's own lines in their order.
 */
export function upstreamHeaders(
  exchange: Exchange,
  client: ClientRequest,
  route: Route,
  hostHeader: string,
  framing: Framing,
): string[] {
  const { head } = client;
  const { upgrade, version } = exchange.stream.head;
  const headers = [
    'Host',
    hostHeader,
    'Connection',
    upgrade ? 'keep-alive, Upgrade' : 'keep-alive',
    'X-Real-IP',
    exchange.clientAddress,
    'X-Kong-Request-Id',
    exchange.id,
    'Via',
    via(head.via, version),
  ];
  addForwarded(headers, exchange, client, route);
  if (upgrade) headers.push('Upgrade', 'websocket');
  if (head.trailers) headers.push('TE', 'trailers');
  for (const text of head.forwarded) headers.push(text);
  if (framing.kind === 'length') headers.push('Content-Length', framing.length);
  if (framing.kind === 'chunked') headers.push('Transfer-Encoding', 'chunked');
  return headers;
}

/**
 * X-Forwarded-For is appended to, whoever sent it. The others are the gateway's, except that those of a trusted peer go
 * on as they are; an empty one of them takes its line away, as in Kong.
 */
function addForwarded(headers: string[], exchange: Exchange, client: ClientRequest, route: Route): void {
  const { head, host, target } = client;
  const { address, port } = exchange.stream.peer;
  const { claims } = exchange;
  const others = head.forwardedFor;
  headers.push('X-Forwarded-For', others === undefined ? exchange.clientAddress : `${others}, ${address}`);
  add(headers, 'X-Forwarded-Proto', exchange.forwardedProto);
  add(headers, 'X-Forwarded-Host', claims?.host ?? (host.name === '' ? PRODUCT : host.name));
  add(headers, 'X-Forwarded-Port', claims?.port ?? String(port));
  add(headers, 'X-Forwarded-Path', claims?.path ?? target.rawPath);
  add(headers, 'X-Forwarded-Prefix', claims?.prefix ?? strippedPrefix(exchange, route));
}

function strippedPrefix({ match }: Exchange, route: Route): string {
  const prefix = route.strip_path ? match?.prefix : undefined;
  return prefix === undefined || prefix === '/' ? '' : latin1(prefix);
}

function add(headers: string[], name: string, value: string): void {
  if (value !== '') headers.push(name, value);
}

function via(before: string, version: string): string {
  const own = viaToken(version);
  return before === '' ? own : `${before}, ${own}`;
}
