import type { Traffic } from './traffic.js';

/** What a process that proxies is doing: it has no config yet, it serves, or it ends once its requests have. */
export type WorkerState = 'starting' | 'serving' | 'draining';

/** How late the event loop was lately, in milliseconds. */
export interface LoopDelayFigures {
  readonly mean: number;
  readonly p99: number;
  readonly max: number;
}

/** What a process that proxies tells of itself: plain JSON. Memory is in bytes. */
export interface WorkerFigures {
  readonly state: WorkerState;
  /** The config it serves; null before the first one. */
  readonly config: { readonly version: number; readonly hash: string } | null;
  readonly traffic: Readonly<Traffic>;
  readonly memory: {
    readonly rss: number;
    readonly heapTotal: number;
    readonly heapUsed: number;
    readonly external: number;
  };
  readonly loopDelay: LoopDelayFigures;
}

/** One process that proxies, as another one sees it. */
export interface WorkerStatus {
  /** Its place among the workers, from 1; a replacement takes over the place. 0 where the process asked proxies. */
  readonly id: number;
  readonly pid: number;
  /** Undefined when it did not answer in time. */
  readonly figures: WorkerFigures | undefined;
}

/** The processes that proxy. */
export interface Workers {
  /** In the order of their places. */
  readonly pids: readonly number[];
  /** Asks them all; resolves within a second, whatever they do, and never rejects. */
  status(): Promise<readonly WorkerStatus[]>;
}
