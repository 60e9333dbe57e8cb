/** What one pause costs at most, how much may be saved up, in milliseconds, and the share of all time it may take. */
const COST = 0.1;
const SAVED = 50;
const SHARE = 0.05;

/** Says how often a process may pause: at once after a quiet time, and never for more than a twentieth of its time. */
export class PauseBudget {
  #left = SAVED;
  #since: number;

  /** `now` is in milliseconds, from any start. */
  constructor(now: number) {
    this.#since = now;
  }

  /** Whether a pause fits in; it is then paid for. */
  take(now: number): boolean {
    this.#left = Math.min(SAVED, this.#left + (now - this.#since) * SHARE);
    this.#since = now;
    if (this.#left < COST) return false;
    this.#left -= COST;
    return true;
  }
}
