import type { Balancer } from './balancer.js';
import type { Peer } from './peer.js';

/**
 * Whether enough is available: more than `threshold` percent of the peers' weight, and more than none of it. Kong shows
 * it as the `balancer_health` of an upstream.
 */
export function isHealthy(peers: readonly Peer[], threshold: number): boolean {
  let total = 0;
  let available = 0;
  for (const { weight, state } of peers) {
    total += weight;
    if (state.available) available += weight;
  }
  return available > 0 && (available / total) * 100 > threshold;
}

/** Picks nothing while too little is available: what is left would be overrun. */
export class Threshold implements Balancer {
  readonly #inner: Balancer;
  readonly #peers: readonly Peer[];
  readonly #threshold: number;

  /** `threshold` is in percent, see `isHealthy`. */
  constructor(inner: Balancer, peers: readonly Peer[], threshold: number) {
    this.#inner = inner;
    this.#peers = peers;
    this.#threshold = threshold;
  }

  pick(key: string | undefined, tried: readonly Peer[]): Peer | undefined {
    return isHealthy(this.#peers, this.#threshold) ? this.#inner.pick(key, tried) : undefined;
  }
}
