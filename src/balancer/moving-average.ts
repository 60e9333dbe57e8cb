/** After so long without a sample an average has lost all but 1/e of its weight. Kong's DECAY_TIME. */
const DECAY_MILLISECONDS = 10_000;

/** An exponentially weighted moving average of durations: a sample counts the more, the longer none came before it. */
export class MovingAverage {
  #value: number | undefined;
  #touched = 0;

  /** The average as it has decayed until `now`, in milliseconds; undefined before the first sample. */
  at(now: number): number | undefined {
    return this.#value === undefined ? undefined : this.#value * this.#kept(now);
  }

  add(milliseconds: number, now: number): void {
    const kept = this.#kept(now);
    this.#value = this.#value === undefined ? milliseconds : this.#value * kept + milliseconds * (1 - kept);
    this.#touched = now;
  }

  /** Takes a failure's duration where it is above the average: failing at once must not look quick. */
  addWorse(milliseconds: number, now: number): void {
    if (milliseconds > (this.at(now) ?? 0)) this.add(milliseconds, now);
  }

  #kept(now: number): number {
    return Math.exp(-Math.max(0, now - this.#touched) / DECAY_MILLISECONDS);
  }
}
