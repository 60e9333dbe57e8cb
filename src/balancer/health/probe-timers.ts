/** Time as the prober sees it; tests have their own. */
export interface ProbeTimers {
  /** Milliseconds that only go up. */
  now(): number;
  /** Calls once after `delay` milliseconds. Returns what cancels that. */
  after(delay: number, callback: () => void): () => void;
}

/** The timers of this process. They do not keep it alive. */
export const processTimers: ProbeTimers = {
  now: () => performance.now(),
  after(delay, callback) {
    const timer = setTimeout(callback, delay).unref();
    return () => clearTimeout(timer);
  },
};
