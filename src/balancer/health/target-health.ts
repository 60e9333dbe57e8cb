import type { FailureRule, Verdict } from './check-result.js';

/**
 * Whether one address is healthy, and how far it is from changing. Active and passive checks share the counters, as
 * in Kong: one success takes back every failure and one failure every success, while failures of different kinds
 * are counted side by side.
 */
export class TargetHealth {
  #healthy = true;
  #successes = 0;
  readonly #failures: Record<FailureRule, number> = { http_failures: 0, tcp_failures: 0, timeouts: 0 };

  get healthy(): boolean {
    return this.#healthy;
  }

  /** Nothing to remember: as an address is that was never seen. */
  get pristine(): boolean {
    return this.#healthy && Object.values(this.#failures).every((count) => count === 0);
  }

  /** Counts one verdict. True when it made the address healthy or unhealthy. */
  count({ rule, limit }: Verdict): boolean {
    if (rule === 'successes') {
      this.#clearFailures();
      if (this.#healthy) return false;
      this.#successes += 1;
      if (this.#successes < limit) return false;
      this.force(true);
      return true;
    }
    this.#successes = 0;
    if (!this.#healthy) return false;
    this.#failures[rule] += 1;
    if (this.#failures[rule] < limit) return false;
    this.force(false);
    return true;
  }

  /** Sets the state whatever was counted, and counts anew. */
  force(healthy: boolean): void {
    this.#healthy = healthy;
    this.#successes = 0;
    this.#clearFailures();
  }

  #clearFailures(): void {
    this.#failures.http_failures = 0;
    this.#failures.tcp_failures = 0;
    this.#failures.timeouts = 0;
  }
}
