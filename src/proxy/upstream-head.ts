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
 * client's own lines in their order. X-Forwarded-For is appended to; the other X-Forwarded lines are the
 * gateway's, whatever the client sent.
 */
export function upstreamHeaders(
  exchange: Exchange,
  client: ClientRequest,
  route: Route,
  hostHeader: string,
  framing: Framing,
): string[] {
  const { head, host, target } = client;
  const { address, port, scheme } = exchange.stream.peer;
  const { upgrade, version } = exchange.stream.head;
  const headers = [
    'Host',
    hostHeader,
    'Connection',
    upgrade ? 'keep-alive, Upgrade' : 'keep-alive',
    'X-Forwarded-For',
    head.forwardedFor === '' ? address : `${head.forwardedFor}, ${address}`,
    'X-Forwarded-Proto',
    scheme,
    'X-Forwarded-Host',
    host.name === '' ? PRODUCT : host.name,
    'X-Forwarded-Port',
    String(port),
    'X-Forwarded-Path',
    target.rawPath,
  ];
  const prefix = exchange.match?.prefix;
  if (route.strip_path && prefix !== undefined && prefix !== '/')
    headers.push('X-Forwarded-Prefix', latin1(prefix));
  headers.push('X-Real-IP', address, 'X-Kong-Request-Id', exchange.id, 'Via', via(head.via, version));
  if (upgrade) headers.push('Upgrade', 'websocket');
  if (head.trailers) headers.push('TE', 'trailers');
  for (const text of head.forwarded) headers.push(text);
  if (framing.kind === 'length') headers.push('Content-Length', framing.length);
  if (framing.kind === 'chunked') headers.push('Transfer-Encoding', 'chunked');
  return headers;
}

function via(before: string, version: string): string {
  const own = viaToken(version);
  return before === '' ? own : `${before}, ${own}`;
}
