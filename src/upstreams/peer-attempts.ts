import { NONE_TRIED } from '../balancer/balancer.js';
import type { Peer } from '../balancer/peer.js';
import type { BalancedUpstream } from './balanced-upstream.js';

/** The attempts of one request at the peers of an upstream: which were tried, and what each showed. */
export class PeerAttempts {
  readonly upstream: BalancedUpstream;
  readonly #key: string | undefined;
  #tried: readonly Peer[] = NONE_TRIED;
  /** The one under way. */
  #peer: Peer | undefined = undefined;
  #startedAt = 0;
  /** From the start to the answer's head, in milliseconds; undefined before. */
  #answeredIn: number | undefined = undefined;

  /** `key` is what consistent hashing goes by. */
  constructor(upstream: BalancedUpstream, key: string | undefined) {
    this.upstream = upstream;
    this.#key = key;
  }

  /** Begins an attempt: at a peer that was not tried, where there is one. Undefined where none is available. */
  next(): Peer | undefined {
    const peer = this.upstream.pick(this.#key, this.#tried);
    if (peer === undefined) return undefined;
    peer.state.started();
    this.#peer = peer;
    this.#startedAt = this.upstream.now;
    return peer;
  }

  /** The head of an answer came. */
  answered(status: number): void {
    const peer = this.#peer;
    if (peer === undefined) return;
    this.#answeredIn = this.upstream.now - this.#startedAt;
    this.upstream.reportAnswer(peer, status);
  }

  /**
   * No answer came. As in Kong, what is no timeout is held against the peer only where another attempt follows
   * (`again`): kong/init.lua, balancer().
   */
  failed(timedOut: boolean, again: boolean): void {
    const peer = this.#peer;
    if (peer === undefined) return;
    this.end();
    this.#tried = [...this.#tried, peer];
    if (timedOut) this.upstream.report(peer, { kind: 'timeout' });
    else if (again) this.upstream.report(peer, { kind: 'tcp' });
  }

  /** The attempt under way is over, however it ended. Safe to call again. */
  end(): void {
    const peer = this.#peer;
    if (peer === undefined) return;
    this.#peer = undefined;
    const { now } = this.upstream;
    peer.state.finished(this.#answeredIn ?? now - this.#startedAt, this.#answeredIn === undefined, now);
  }
}
