import type { Peer } from './peer.js';
import { xxh32 } from './xxh32.js';

/** Kong's numbers: a ring has at least so many points, and a peer of average weight marks so many of them. */
const LEAST_POINTS = 1000;
const MARKS = 160;

/**
 * The ring Kong builds, mark for mark, so that a key stays on its target when the gateway takes over from Kong and
 * whatever the order of the targets: kong/runloop/balancer/consistent_hashing.lua. A key belongs to the first mark at
 * or below its own point.
 */
export class HashRing {
  readonly #peers: readonly Peer[];
  /** How many points the ring has. */
  readonly #size: number;
  /** The points that are marked, in ascending order, and whose they are: an index into the peers. */
  readonly #points: Uint32Array;
  readonly #owners: Uint32Array;

  /** `targetCount` is the number of the upstream's targets, those without address or weight included. */
  constructor(peers: readonly Peer[], targetCount: number, slots: number) {
    this.#peers = peers.filter(({ weight }) => weight > 0).sort(byTarget);
    const ring = layOut(this.#peers, targetCount, Math.max(slots, LEAST_POINTS));
    this.#size = ring.length;
    const marked = ring.reduce((count, owner) => (owner === FREE ? count : count + 1), 0);
    this.#points = new Uint32Array(marked);
    this.#owners = new Uint32Array(marked);
    let at = 0;
    for (let point = 0; point < ring.length; point += 1) {
      const owner = ring[point] ?? FREE;
      if (owner === FREE) continue;
      this.#points[at] = point;
      this.#owners[at] = owner;
      at += 1;
    }
  }

  /** The first peer that `accepts` takes, from the key's point downwards and around; undefined where it takes none. */
  find(key: string, accepts: (peer: Peer) => boolean): Peer | undefined {
    const count = this.#points.length;
    let at = this.#lastUpTo(xxh32(key) % this.#size);
    for (let walked = 0; walked < count; walked += 1, at -= 1) {
      if (at < 0) at += count;
      const peer = this.#peers[this.#owners[at] ?? 0];
      if (peer !== undefined && accepts(peer)) return peer;
    }
    return undefined;
  }

  /** The index of the last mark at or below a point, -1 where all are above it. */
  #lastUpTo(point: number): number {
    let low = 0;
    let high = this.#points.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#points[middle] ?? 0) <= point) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** A point that no peer has marked. */
const FREE = -1;

/** The index of the owner by point. Where the marks have no room Kong serves no request at all: our ring is larger. */
function layOut(peers: readonly Peer[], targetCount: number, slots: number): Int32Array {
  const total = peers.reduce((sum, { weight }) => sum + weight, 0);
  // In this order of operations, because the rounding decides on marks.
  const shares = peers.map(({ weight }) => Math.max(1, Math.floor((weight / total) * targetCount * MARKS)));
  const wanted = shares.reduce((sum, share) => sum + share, 0);
  let size = slots;
  if (wanted > slots) while (size < 2 * wanted) size *= 2;
  const ring = new Int32Array(size).fill(FREE);
  for (const [index, peer] of peers.entries()) mark(ring, index, peer, shares[index] ?? 0);
  return ring;
}

/** Marks so many free points for a peer: there are at least so many. */
function mark(ring: Int32Array, owner: number, { address, port }: Peer, share: number): void {
  // Two colons, as Kong has them.
  const name = `${hostText(address)}::${port} `;
  let missing = share;
  for (let number = 1; missing > 0; number += 1) {
    const point = xxh32(`${name}${number}`) % ring.length;
    if (ring[point] !== FREE) continue;
    ring[point] = owner;
    missing -= 1;
  }
}

/** Kong's order, which decides who gets a point that two want: by target, then by address, both as text. */
function byTarget(one: Peer, other: Peer): number {
  const [host, port] = splitTarget(one.target);
  const [otherHost, otherPort] = splitTarget(other.target);
  return (
    compare(host, otherHost) ||
    port - otherPort ||
    compare(`${hostText(one.address)}:${one.port}`, `${hostText(other.address)}:${other.port}`)
  );
}

function splitTarget(target: string): readonly [host: string, port: number] {
  const colon = target.lastIndexOf(':');
  return [target.slice(0, colon), Number(target.slice(colon + 1))];
}

function hostText(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
