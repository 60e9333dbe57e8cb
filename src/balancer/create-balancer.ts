import type { Upstream } from '../config/entities.js';
import type { Balancer } from './balancer.js';
import { ConsistentHashing } from './consistent-hashing.js';
import { Latency } from './latency.js';
import { LeastConnections } from './least-connections.js';
import type { Peer } from './peer.js';
import { RoundRobin } from './round-robin.js';
import { Threshold } from './threshold.js';

/** What balancers take from outside. */
export interface BalancerSources {
  /** From 0 to 1, which is left out. */
  readonly random: () => number;
  /** Milliseconds of a clock that never goes back: the one of `PeerState.finished`. */
  readonly now: () => number;
}

/**
 * The balancer an upstream asks for. `targetCount` is the number of its targets, those that did not resolve included.
 * Build another one when the peers change; whether they are available it sees by itself.
 */
export function createBalancer(
  upstream: Upstream,
  peers: readonly Peer[],
  targetCount: number,
  sources: BalancerSources,
): Balancer {
  const balancer = byAlgorithm(upstream, peers, targetCount, sources);
  const { threshold } = upstream.healthchecks;
  return threshold > 0 ? new Threshold(balancer, peers, threshold) : balancer;
}

function byAlgorithm(
  { algorithm, hash_on, slots }: Upstream,
  peers: readonly Peer[],
  targetCount: number,
  { random, now }: BalancerSources,
): Balancer {
  switch (algorithm) {
    case 'least-connections':
      return new LeastConnections(peers, random);
    case 'latency':
      return new Latency(peers, { random, now });
    case 'consistent-hashing':
      // With nothing to hash Kong goes round, too: all requests would go to one peer.
      return hash_on === 'none'
        ? new RoundRobin(peers, random)
        : new ConsistentHashing(peers, targetCount, slots);
    case 'round-robin':
      return new RoundRobin(peers, random);
  }
}
