import type { ConfigIssue } from '../config/issue.js';

export type ReloadOutcome = 'applied' | 'unchanged' | 'rejected';

/** How one attempt to load the config ended. */
export interface ReloadRecord {
  /** When it ended, in milliseconds since 1970. */
  readonly at: number;
  /** From the first byte read to the swap, in milliseconds. */
  readonly duration: number;
  readonly outcome: ReloadOutcome;
  /** The hash of the config that serves after this attempt. */
  readonly hash: string;
  /** Why it was rejected; empty otherwise. */
  readonly issues: readonly ConfigIssue[];
}

/** Remembers the last reload and counts them all, for the Admin API. */
export class ReloadHistory {
  #last: ReloadRecord | undefined;
  readonly #counts: Record<ReloadOutcome, number> = { applied: 0, unchanged: 0, rejected: 0 };

  get last(): ReloadRecord | undefined {
    return this.#last;
  }

  get counts(): Readonly<Record<ReloadOutcome, number>> {
    return this.#counts;
  }

  record(entry: ReloadRecord): void {
    this.#last = entry;
    this.#counts[entry.outcome] += 1;
  }
}
