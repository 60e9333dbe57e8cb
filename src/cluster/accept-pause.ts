import { subscribe } from 'node:diagnostics_channel';
import { PauseBudget } from './pause-budget.js';

/** Node publishes every connection that a server of this process accepts here. */
const ACCEPTED = 'net.server.socket';
/** In milliseconds; the kernel makes some 0.06 of it. */
const PAUSE = 0.01;

/**
 * Lets the other workers have the next connection: all of them wait on one socket, and whoever runs already would take a
 * whole burst before the others are awake. A worker that has accepted a connection sleeps for a moment, within its
 * budget.
 */
export class AcceptPause {
  readonly #cell = new Int32Array(new SharedArrayBuffer(4));
  readonly #budget = new PauseBudget(performance.now());

  /** Pauses after every connection that this process accepts from now on. */
  constructor() {
    subscribe(ACCEPTED, () => {
      if (this.#budget.take(performance.now())) Atomics.wait(this.#cell, 0, 0, PAUSE);
    });
  }
}
