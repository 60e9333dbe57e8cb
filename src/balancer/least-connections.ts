import { type Balancer, NONE_TRIED } from './balancer.js';
import { isOpen, type Peer } from './peer.js';

/**
 * Takes the peer with the fewest requests under way for its weight, this one included, so that the heaviest of idle
 * peers comes first. Equal peers take turns, in an order drawn by `random` (from 0 to 1, which is left out).
 */
export class LeastConnections implements Balancer {
  readonly #candidates: readonly Candidate[];
  #picks = 0;

  constructor(peers: readonly Peer[], random: () => number) {
    this.#candidates = peers
      .filter(({ weight }) => weight > 0)
      .map((peer) => ({ peer, pickedAt: random() - 1 }));
  }

  pick(_key: string | undefined, tried: readonly Peer[]): Peer | undefined {
    const least = this.#least(tried) ?? this.#least(NONE_TRIED);
    if (least === undefined) return undefined;
    this.#picks += 1;
    least.pickedAt = this.#picks;
    return least.peer;
  }

  #least(tried: readonly Peer[]): Candidate | undefined {
    let least: Candidate | undefined;
    let leastLoad = Number.POSITIVE_INFINITY;
    for (const candidate of this.#candidates) {
      if (!isOpen(candidate.peer, tried)) continue;
      const load = (candidate.peer.state.inFlight + 1) / candidate.peer.weight;
      if (load > leastLoad) continue;
      if (least !== undefined && load === leastLoad && candidate.pickedAt > least.pickedAt) continue;
      least = candidate;
      leastLoad = load;
    }
    return least;
  }
}

interface Candidate {
  readonly peer: Peer;
  /** The number of the pick that took it last; negative before the first one. */
  pickedAt: number;
}
