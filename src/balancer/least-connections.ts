import { type Balancer, NONE_TRIED } from './balancer.js';
import { isOpen, type Peer } from './peer.js';

/**
 * Takes the peer with the fewest requests under way for its weight, this one included, so that the heaviest of idle
 * peers comes first. Equal peers take turns, in an order drawn by `random` (from 0 to 1, which is left out).
 */
export class LeastConnections implements Balancer {
  readonly #peers: readonly Peer[];
  /** The number of the pick that took each peer last; negative before the first one. */
  readonly #pickedAt: Float64Array;
  #picks = 0;

  constructor(peers: readonly Peer[], random: () => number) {
    this.#peers = peers.filter(({ weight }) => weight > 0);
    this.#pickedAt = Float64Array.from(this.#peers, () => random() - 1);
  }

  pick(_key: string | undefined, tried: readonly Peer[]): Peer | undefined {
    const least = this.#least(tried) ?? this.#least(NONE_TRIED);
    if (least === undefined) return undefined;
    this.#picks += 1;
    this.#pickedAt[least] = this.#picks;
    return this.#peers[least];
  }

  /** The index of the open peer with the least load. */
  #least(tried: readonly Peer[]): number | undefined {
    let least: number | undefined;
    let leastLoad = Number.POSITIVE_INFINITY;
    for (let index = 0; index < this.#peers.length; index += 1) {
      const peer = this.#peers[index];
      if (peer === undefined) continue;
      const load = (peer.state.inFlight + 1) / peer.weight;
      if (load > leastLoad || (load === leastLoad && !this.#isEarlier(index, least))) continue;
      if (!isOpen(peer, tried)) continue;
      least = index;
      leastLoad = load;
    }
    return least;
  }

  #isEarlier(index: number, other: number | undefined): boolean {
    return other === undefined || (this.#pickedAt[index] ?? 0) < (this.#pickedAt[other] ?? 0);
  }
}
