import { PeerState } from './peer.js';

/** What makes an address one and the same over reloads. Kong keeps its health by the same. */
export interface PeerIdentity {
  /** The upstream's name. */
  readonly upstream: string;
  /** The target's name or address, without port. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
}

/** What is known of an address that no snapshot names is kept for so long: Kong's CLEAR_HEALTH_STATUS_DELAY. */
const KEPT_MILLISECONDS = 300_000;

/** The states of all addresses of this process. They outlive snapshots, so that a reload forgets nothing. */
export class PeerStates {
  readonly #known = new Map<string, Known>();

  /** The state of an address; a new one where it is not known. */
  of(identity: PeerIdentity): PeerState {
    const key = keyOf(identity);
    const known = this.#known.get(key);
    if (known !== undefined) return known.state;
    const state = new PeerState();
    this.#known.set(key, { state, unnamedSince: undefined });
    return state;
  }

  /** The state of an address; undefined where it is not known. */
  find(identity: PeerIdentity): PeerState | undefined {
    return this.#known.get(keyOf(identity))?.state;
  }

  /**
   * Forgets what has not been `named` (by a snapshot that serves or still has requests) for five minutes. Call it when
   * a snapshot goes and now and then; `now` is in milliseconds.
   */
  sweep(named: ReadonlySet<PeerState>, now: number): void {
    for (const [key, known] of this.#known) {
      if (named.has(known.state)) known.unnamedSince = undefined;
      else known.unnamedSince ??= now;
      if (known.unnamedSince !== undefined && now - known.unnamedSince >= KEPT_MILLISECONDS)
        this.#known.delete(key);
    }
  }
}

interface Known {
  readonly state: PeerState;
  unnamedSince: number | undefined;
}

/** No part can hold a space. */
function keyOf({ upstream, host, address, port }: PeerIdentity): string {
  return `${upstream} ${host} ${address} ${port}`;
}
