import { type Balancer, NONE_TRIED } from './balancer.js';
import { isOpen, type Peer } from './peer.js';

/** What choosing by latency takes from outside. */
export interface LatencySources {
  /** From 0 to 1, which is left out. */
  readonly random: () => number;
  /** Milliseconds of a clock that never goes back: the one of `PeerState.finished`. */
  readonly now: () => number;
}

/** Throwing again costs less than looking at all peers, as long as it is not too often. */
const THROWS = 8;

/**
 * Draws two peers by weight and takes the one that answers sooner: by its moving average, times the requests it has
 * under way, for its weight. Two at random instead of the best of all, so that processes which learn of a quick peer at
 * the same time do not all run to it.
 */
export class Latency implements Balancer {
  readonly #peers: readonly Peer[];
  /** The weight of each peer and of all before it: what a number drawn by weight is looked up in. */
  readonly #upTo: Float64Array;
  readonly #sources: LatencySources;

  constructor(peers: readonly Peer[], sources: LatencySources) {
    let total = 0;
    this.#peers = peers.filter(({ weight }) => weight > 0);
    this.#upTo = Float64Array.from(this.#peers, ({ weight }) => {
      total += weight;
      return total;
    });
    this.#sources = sources;
  }

  pick(_key: string | undefined, tried: readonly Peer[]): Peer | undefined {
    return this.#choose(tried) ?? this.#choose(NONE_TRIED);
  }

  #choose(tried: readonly Peer[]): Peer | undefined {
    const first = this.#draw(tried);
    const second = first === undefined ? undefined : this.#draw([...tried, first]);
    if (first === undefined || second === undefined) return first;
    return this.#isSooner(second, first) ? second : first;
  }

  /** An open peer: a few throws at all of them, which mostly do, else one at those that are open. */
  #draw(tried: readonly Peer[]): Peer | undefined {
    for (let left = THROWS; left > 0; left -= 1) {
      const peer = this.#peers[this.#at(this.#sources.random() * (this.#upTo.at(-1) ?? 0))];
      if (peer !== undefined && isOpen(peer, tried)) return peer;
    }
    const open = this.#peers.filter((peer) => isOpen(peer, tried));
    let left = this.#sources.random() * open.reduce((sum, { weight }) => sum + weight, 0);
    for (const peer of open) {
      left -= peer.weight;
      if (left < 0) return peer;
    }
    return open.at(-1);
  }

  /** The index of the first peer up to which there is more weight than `drawn`. */
  #at(drawn: number): number {
    let low = 0;
    let high = this.#upTo.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#upTo[middle] ?? 0) > drawn) high = middle;
      else low = middle + 1;
    }
    return low;
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
