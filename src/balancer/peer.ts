import { MovingAverage } from './moving-average.js';

/**
 * What this process knows of one address behind an upstream. It belongs to the address, not to a snapshot: the peers of
 * all snapshots that name the address share it.
 */
export class PeerState {
  /** Whether requests may go to it. Health checks say so; without any it always is. */
  available = true;
  readonly latency = new MovingAverage();
  #inFlight = 0;

  /** The requests under way to it, over all snapshots of this process. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Call right after the pick, so that the next pick knows of this request. */
  started(): void {
    this.#inFlight += 1;
  }

  /**
   * Call once for each `started`, with the milliseconds from there to the answer's head or the failure. `now` is a
   * clock in milliseconds that never goes back.
   */
  finished(milliseconds: number, failed: boolean, now: number): void {
    this.#inFlight -= 1;
    if (failed) this.latency.addWorse(milliseconds, now);
    else this.latency.add(milliseconds, now);
  }
}

/** One address that requests of an upstream can go to. */
export interface Peer {
  /** An IP address; IPv6 without brackets. */
  readonly address: string;
  readonly port: number;
  /** What goes into Host, without port: the target's name, or its address, IPv6 in full and in brackets. */
  readonly hostname: string;
  /** The target it comes from, as `host:port` (see `formatTarget`). */
  readonly target: string;
  /** Its share of the requests; 0 for none. */
  readonly weight: number;
  readonly state: PeerState;
}

/** Whether a request that failed at `tried` can go to a peer. Peers of different builds are the same by their state. */
export function isOpen(peer: Peer, tried: readonly Peer[]): boolean {
  if (peer.weight === 0 || !peer.state.available) return false;
  return tried.length === 0 || !tried.some(({ state }) => state === peer.state);
}
