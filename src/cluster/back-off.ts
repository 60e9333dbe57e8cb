/** The first pause, the longest one, and how long a life makes up for earlier deaths, in milliseconds. */
const FIRST = 100;
const LONGEST = 30_000;
const LONG_LIFE = 60_000;

/** How long to wait before what has ended is started again: twice as long each time, unless it lived for a minute. */
export class BackOff {
  #next = FIRST;

  /** The pause after a life of `lived` milliseconds, in milliseconds. */
  after(lived: number): number {
    if (lived >= LONG_LIFE) this.#next = FIRST;
    const pause = this.#next;
    this.#next = Math.min(LONGEST, pause * 2);
    return pause;
  }
}
