import type { Balancer } from '#gateway/balancer/balancer.js';
import { ConsistentHashing } from '#gateway/balancer/consistent-hashing.js';
import { Latency } from '#gateway/balancer/latency.js';
import { LeastConnections } from '#gateway/balancer/least-connections.js';
import { type Peer, PeerState } from '#gateway/balancer/peer.js';
import { RoundRobin } from '#gateway/balancer/round-robin.js';

/** Kong's default. */
const SLOTS = 10_000;

/** Time as the balancers see it, in milliseconds. */
export interface Clock {
  now: number;
}

export const ALGORITHMS = ['round-robin', 'consistent-hashing', 'least-connections', 'latency'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** Peers of these weights, each at an address of its own. */
export function peersOf(weights: readonly number[]): readonly Peer[] {
  return weights.map((weight, index) => {
    const address = `10.0.${index >> 8}.${index & 0xff}`;
    const target = `${address}:8080`;
    return { address, port: 8080, hostname: address, target, weight, state: new PeerState() };
  });
}

export function build(algorithm: Algorithm, peers: readonly Peer[], clock: Clock): Balancer {
  const random = Math.random;
  switch (algorithm) {
    case 'round-robin':
      return new RoundRobin(peers, random);
    case 'consistent-hashing':
      return new ConsistentHashing(peers, peers.length, SLOTS);
    case 'least-connections':
      return new LeastConnections(peers, random);
    case 'latency':
      return new Latency(peers, { random, now: () => clock.now });
  }
}
