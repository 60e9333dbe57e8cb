import { type Balancer, NONE_TRIED } from './balancer.js';
import { isOpen, type Peer } from './peer.js';

/**
 * Gives every peer turns at even distances, `1 / weight` apart, and goes from turn to turn: in a row of
 * `sum(weights) / gcd(weights)` picks each peer has exactly its share. Each build begins at a random place, so that
 * many processes together are even too. Times have no unit: in 1 a peer has as many turns as it has weight.
 */
export class RoundRobin implements Balancer {
  readonly #peers: readonly Peer[];
  /** When the first turn of each peer is, in parts of the distance of its turns. */
  readonly #offsets: Float64Array;
  readonly #taken: Float64Array;
  /** When the next turn of each peer is. An array of numbers, because a pick reads all of it. */
  readonly #due: Float64Array;
  #now = 0;

  /** `random` is from 0 to 1, which is left out. */
  constructor(peers: readonly Peer[], random: () => number) {
    this.#peers = peers.filter(({ weight }) => weight > 0);
    this.#offsets = Float64Array.from(this.#peers, () => random());
    this.#taken = new Float64Array(this.#peers.length);
    this.#due = Float64Array.from(this.#peers, ({ weight }, index) => (this.#offsets[index] ?? 0) / weight);
  }

  pick(_key: string | undefined, tried: readonly Peer[]): Peer | undefined {
    const next = this.#next(tried) ?? this.#next(NONE_TRIED);
    const peer = next === undefined ? undefined : this.#peers[next];
    if (next === undefined || peer === undefined) return undefined;
    this.#now = this.#due[next] ?? 0;
    this.#setTaken(next, peer, (this.#taken[next] ?? 0) + 1);
    return peer;
  }

  /** The index of the open peer whose turn comes first. */
  #next(tried: readonly Peer[]): number | undefined {
    let next: number | undefined;
    let soonest = Number.POSITIVE_INFINITY;
    for (let index = 0; index < this.#due.length; index += 1) {
      if ((this.#due[index] ?? 0) >= soonest) continue;
      const peer = this.#peers[index];
      if (peer === undefined || !isOpen(peer, tried)) continue;
      const due = this.#dueFromNow(index, peer);
      if (due >= soonest) continue;
      next = index;
      soonest = due;
    }
    return next;
  }

  /** Drops the turns that passed while the peer was not available: it must not make up for them in a row. */
  #dueFromNow(index: number, peer: Peer): number {
    const due = this.#due[index] ?? 0;
    if (due >= this.#now) return due;
    return this.#setTaken(index, peer, Math.ceil(this.#now * peer.weight - (this.#offsets[index] ?? 0)));
  }

  /** Returns when the next turn is. */
  #setTaken(index: number, { weight }: Peer, taken: number): number {
    const due = (taken + (this.#offsets[index] ?? 0)) / weight;
    this.#taken[index] = taken;
    this.#due[index] = due;
    return due;
  }
}
