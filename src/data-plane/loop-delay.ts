import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { LoopDelayFigures } from '../metrics/worker-status.js';

/** How often the delay is measured, in milliseconds. */
const RESOLUTION = 10;
/** How long a window is, in milliseconds. */
const WINDOW = 10_000;

/** Measures how late this process' event loop is, over the last 10 to 20 seconds. */
export class LoopDelay {
  readonly #current = monitorEventLoopDelay({ resolution: RESOLUTION });
  #previous = { mean: 0, p99: 0, max: 0 };
  readonly #turn = setInterval(() => this.#endWindow(), WINDOW).unref();

  constructor() {
    this.#current.enable();
  }

  /** The worse of the window that ended last and the one that runs, each figure by itself. */
  get figures(): LoopDelayFigures {
    const now = this.#window();
    const { mean, p99, max } = this.#previous;
    return { mean: Math.max(now.mean, mean), p99: Math.max(now.p99, p99), max: Math.max(now.max, max) };
  }

  close(): void {
    clearInterval(this.#turn);
    this.#current.disable();
  }

  #endWindow(): void {
    this.#previous = this.#window();
    this.#current.reset();
  }

  /** The histogram counts nanoseconds from one look to the next, the time between two looks included. */
  #window(): LoopDelayFigures {
    const late = (nanoseconds: number) => Math.max(0, Math.round(nanoseconds / 1e4 - RESOLUTION * 100) / 100);
    const { count, mean, max } = this.#current;
    if (count === 0) return { mean: 0, p99: 0, max: 0 };
    return { mean: late(mean), p99: late(this.#current.percentile(99)), max: late(max) };
  }
}
