import { type Balancer, NONE_TRIED } from './balancer.js';
import { HashRing } from './hash-ring.js';
import { isOpen, type Peer } from './peer.js';

/**
 * Takes the same peer for the same key, in every process and whatever the order of the targets. The keys of a peer that
 * is not available, or was tried, spread over the others; requests without a key are one key together.
 */
export class ConsistentHashing implements Balancer {
  readonly #peers: readonly Peer[];
  readonly #ring: HashRing;

  /** `targetCount` and `slots` decide on the ring, see `HashRing`. */
  constructor(peers: readonly Peer[], targetCount: number, slots: number) {
    this.#peers = peers;
    this.#ring = new HashRing(peers, targetCount, slots);
  }

  pick(key: string | undefined, tried: readonly Peer[]): Peer | undefined {
    const hashed = key ?? '';
    const owner = this.#ring.find(hashed, () => true);
    if (owner !== undefined && isOpen(owner, tried)) return owner;
    const skipped = [tried, NONE_TRIED].find((some) => this.#peers.some((peer) => isOpen(peer, some)));
    return skipped === undefined ? undefined : this.#ring.find(hashed, (peer) => isOpen(peer, skipped));
  }
}
