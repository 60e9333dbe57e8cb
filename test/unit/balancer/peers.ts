import { type Peer, PeerState } from '#gateway/balancer/peer.js';
import type { Upstream } from '#gateway/config/entities.js';
import { loadConfig } from '#gateway/config/load.js';
import { randomFrom } from '../../helpers/random.js';

/** Peers on 127.0.0.1 with ports from 31101 on, one a weight. */
export function peersOf(...weights: readonly number[]): readonly Peer[] {
  return weights.map((weight, index) => peerAt(31101 + index, weight));
}

export function peerAt(port: number, weight = 100): Peer {
  const target = `127.0.0.1:${port}`;
  return { address: '127.0.0.1', port, hostname: '127.0.0.1', target, weight, state: new PeerState() };
}

/** Numbers from 0 to 1 that are the same for the same seed. */
export function fractions(seed: number): () => number {
  const random = randomFrom(seed);
  return () => random.int(2 ** 30) / 2 ** 30;
}

/** An upstream as it is after loading. */
export function upstreamOf(fields: Readonly<Record<string, unknown>>): Upstream {
  const text = JSON.stringify({ _format_version: '3.0', upstreams: [{ name: 'u.up', ...fields }] });
  const [upstream] = loadConfig({ file: 'test.json', text }).upstreams;
  if (upstream === undefined) throw new TypeError('no upstream');
  return upstream;
}

/** How often each port is picked in so many picks. */
export function count(times: number, pick: (turn: number) => Peer | undefined): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (let turn = 0; turn < times; turn += 1) {
    const port = pick(turn)?.port ?? 0;
    counts.set(port, (counts.get(port) ?? 0) + 1);
  }
  return counts;
}
