import type { HealthChange } from './health-change.js';
import { TargetHealth } from './target-health.js';

/** How long, and of how many, the health of addresses is kept that no snapshot names. */
export interface MemoryLimits {
  /** Milliseconds. */
  readonly keepFor: number;
  readonly keepAtMost: number;
}

/** An address worth remembering: unhealthy, or with failures counted. */
export interface Remembered {
  readonly health: TargetHealth;
  /** How it got its state, undefined while it never changed. */
  readonly change: HealthChange | undefined;
}

/**
 * The addresses that differ from one never seen. Those no snapshot names are forgotten in time, oldest first; there
 * is no timer, so every call brings the time along, in milliseconds.
 */
export class HealthMemory {
  readonly #limits: MemoryLimits;
  readonly #entries = new Map<string, Remembered>();
  /** When an address lost its last name, in that order. */
  readonly #unnamed = new Map<string, number>();

  constructor(limits: MemoryLimits) {
    this.#limits = limits;
  }

  get(key: string): Remembered | undefined {
    return this.#entries.get(key);
  }

  entries(): Iterable<Remembered> {
    return this.#entries.values();
  }

  /** The health to count on, which the caller gives back with `put`. */
  health(key: string): TargetHealth {
    return this.#entries.get(key)?.health ?? new TargetHealth();
  }

  put(key: string, health: TargetHealth, change?: HealthChange): void {
    if (health.pristine) this.drop(key);
    else this.#entries.set(key, { health, change: change ?? this.#entries.get(key)?.change });
  }

  drop(key: string): void {
    this.#entries.delete(key);
    this.#unnamed.delete(key);
  }

  /** A snapshot names the address (again): it stays until that changes. */
  name(key: string, now: number): void {
    this.#expire(now);
    this.#unnamed.delete(key);
  }

  /** No snapshot names the address any more. */
  unname(key: string, now: number): void {
    if (!this.#entries.has(key)) return;
    this.#unnamed.delete(key);
    this.#unnamed.set(key, now);
    this.#expire(now);
  }

  #expire(now: number): void {
    for (const [key, since] of this.#unnamed) {
      if (this.#unnamed.size <= this.#limits.keepAtMost && now - since < this.#limits.keepFor) return;
      this.drop(key);
    }
  }
}
