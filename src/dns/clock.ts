/** Time as the resolver sees it. */
export interface Clock {
  /** Milliseconds that only grow. */
  now(): number;
  /** Runs the task once after some milliseconds, unless the returned function is called before. */
  after(milliseconds: number, task: () => void): () => void;
}

/** The longest delay a timer of Node's takes; a longer one would fire at once. */
const MAX_DELAY = 2_147_483_647;

/** The machine's time. Its timers do not keep the process alive, and fire early where a delay is over 24 days. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (milliseconds, task) => {
    const timer = setTimeout(task, Math.min(Math.max(0, milliseconds), MAX_DELAY)).unref();
    return () => clearTimeout(timer);
  },
};
