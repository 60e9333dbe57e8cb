import { type Balancer, NONE_TRIED } from './balancer.js';
import { isOpen, type Peer } from './peer.js';

/** What choosing by latency takes from outside. */
export interface LatencySources {
  /** From 0 to 1, which is left out. */
  readonly random: () => number;
  /** Milliseconds of a clock that never goes back: the one of `PeerState.finished`. */
  readonly now: () => number;
}

/**
 * Draws two peers by weight and takes the one that answers sooner: by its moving average, times the requests it has
 * under way, for its weight. Two at random instead of the best of all, so that processes which learn of a quick peer at
 * the same time do not all run to it.
 */
export class Latency implements Balancer {
  readonly #peers: readonly Peer[];
  readonly #sources: LatencySources;

  constructor(peers: readonly Peer[], sources: LatencySources) {
    this.#peers = peers;
    this.#sources = sources;
  }

  pick(_key: string | undefined, tried: readonly Peer[]): Peer | undefined {
    return this.#choose(tried) ?? this.#choose(NONE_TRIED);
  }

  #choose(tried: readonly Peer[]): Peer | undefined {
    const open = this.#peers.filter((peer) => isOpen(peer, tried));
    const first = this.#draw(open, undefined);
    const second = first === undefined ? undefined : this.#draw(open, first);
    if (first === undefined || second === undefined) return first;
    return this.#isSooner(second, first) ? second : first;
  }

  #draw(open: readonly Peer[], without: Peer | undefined): Peer | undefined {
    let total = -(without?.weight ?? 0);
    for (const { weight } of open) total += weight;
    let left = this.#sources.random() * total;
    let last: Peer | undefined;
    for (const peer of open) {
      if (peer === without) continue;
      last = peer;
      left -= peer.weight;
      if (left < 0) return peer;
    }
    return last;
  }

  #isSooner(one: Peer, other: Peer): boolean {
    const now = this.#sources.now();
    const known = one.state.latency.at(now);
    const knownOther = other.state.latency.at(now);
    // A peer that is not known yet counts as quick as the one it is held against.
    const latency = known ?? knownOther ?? 1;
    const latencyOther = knownOther ?? known ?? 1;
    return cost(one, latency) < cost(other, latencyOther);
  }
}

function cost({ state, weight }: Peer, latency: number): number {
  return (latency * (state.inFlight + 1)) / weight;
}
