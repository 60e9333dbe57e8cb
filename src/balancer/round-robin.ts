import { type Balancer, NONE_TRIED } from './balancer.js';
import { isOpen, type Peer } from './peer.js';

/**
 * Gives every peer turns at even distances, `1 / weight` apart, and goes from turn to turn: in a row of
 * `sum(weights) / gcd(weights)` picks each peer has exactly its share. Each build begins at a random place, so that
 * many processes together are even too. `random` is from 0 to 1, which is left out.
 */
export class RoundRobin implements Balancer {
  readonly #turns: readonly Turn[];
  #now = 0;

  constructor(peers: readonly Peer[], random: () => number) {
    this.#turns = peers.filter(({ weight }) => weight > 0).map((peer) => new Turn(peer, random()));
  }

  pick(_key: string | undefined, tried: readonly Peer[]): Peer | undefined {
    const next = this.#next(tried) ?? this.#next(NONE_TRIED);
    if (next === undefined) return undefined;
    this.#now = next.due;
    next.take();
    return next.peer;
  }

  #next(tried: readonly Peer[]): Turn | undefined {
    let next: Turn | undefined;
    for (const turn of this.#turns) {
      if (!isOpen(turn.peer, tried)) continue;
      turn.skipTo(this.#now);
      if (next === undefined || turn.due < next.due) next = turn;
    }
    return next;
  }
}

/** The next turn of one peer. Times have no unit: in 1 each peer has as many turns as it has weight. */
class Turn {
  readonly peer: Peer;
  readonly #offset: number;
  #taken = 0;
  due: number;

  constructor(peer: Peer, offset: number) {
    this.peer = peer;
    this.#offset = offset;
    this.due = offset / peer.weight;
  }

  take(): void {
    this.#taken += 1;
    this.due = (this.#taken + this.#offset) / this.peer.weight;
  }

  /** Drops the turns that passed while the peer was not available: it must not make up for them in a row. */
  skipTo(now: number): void {
    if (this.due >= now) return;
    this.#taken = Math.ceil(now * this.peer.weight - this.#offset);
    this.due = (this.#taken + this.#offset) / this.peer.weight;
  }
}
