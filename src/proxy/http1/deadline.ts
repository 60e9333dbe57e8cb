/** The longest delay a timer of Node's takes; a longer one would fire at once. */
const MAX_DELAY = 2_147_483_647;

/**
 * A deadline that is moved at every request and rarely met. Moving it later costs nothing: its one timer is left
 * alone and, when it fires too soon, waits for what remains. Times are milliseconds of `performance.now()`.
 */
export class Deadline {
  readonly #onPassed: (now: number) => void;
  #at = Number.POSITIVE_INFINITY;
  #firesAt = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(onPassed: (now: number) => void) {
    this.#onPassed = onPassed;
  }

  /** Sets the deadline; infinity for none. */
  set(at: number, now: number): void {
    this.#at = at;
    if (at < this.#firesAt) this.#arm(at, now);
  }

  /** Releases the timer. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#at = Number.POSITIVE_INFINITY;
    this.#firesAt = Number.POSITIVE_INFINITY;
  }

  #arm(at: number, now: number): void {
    clearTimeout(this.#timer);
    this.#firesAt = at;
    // The socket, not its timer, is what may keep the process alive.
    this.#timer = setTimeout(this.#fire, Math.min(Math.max(1, Math.ceil(at - now)), MAX_DELAY)).unref();
  }

  readonly #fire = (): void => {
    const now = performance.now();
    this.#firesAt = Number.POSITIVE_INFINITY;
    if (now >= this.#at) {
      this.#at = Number.POSITIVE_INFINITY;
      this.#onPassed(now);
    } else if (this.#at !== Number.POSITIVE_INFINITY) this.#arm(this.#at, now);
  };
}
