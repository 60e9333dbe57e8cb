import type { BalancedUpstream } from '../upstreams/balanced-upstream.js';
import { PeerAttempts } from '../upstreams/peer-attempts.js';
import type { ClientRequest, Exchange } from './exchange.js';

/**
 * The attempts of a request at the peers of its service's upstream; undefined without one. A request that lacks the
 * cookie to be hashed has its answer set it.
 */
export function balancedAttempts(
  exchange: Exchange,
  { path, target }: ClientRequest,
  upstream: BalancedUpstream | undefined,
): PeerAttempts | undefined {
  if (upstream === undefined) return undefined;
  const { readKey } = upstream;
  if (readKey === undefined) return new PeerAttempts(upstream, undefined);
  const { key, setCookie } = readKey({
    clientAddress: exchange.clientAddress,
    rawHeaders: exchange.stream.head.rawHeaders,
    path,
    query: target.query.slice(1),
    captures: exchange.match?.captures,
    consumerId: undefined,
  });
  exchange.setCookie = setCookie;
  return new PeerAttempts(upstream, key);
}
