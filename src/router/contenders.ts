import { type Entry, matchEntry } from './entry.js';
import type { RouteMatch, RouteQuery } from './router.js';

/** The entries that one request may match, in lists by rank. One object serves all requests, one after the other. */
export class Contenders {
  /** What is left to try of each list. Only the first `#count` places count: a shorter array would be a new one. */
  readonly #heads: (Entry | undefined)[] = [];
  #count = 0;

  clear(): void {
    this.#count = 0;
  }

  /** Adds an entry and those behind it. */
  add(head: Entry): void {
    this.#heads[this.#count++] = head;
  }

  /** The match of the lowest rank. Entries are tried by rank, so that no regex runs whose match would not count. */
  best(query: RouteQuery): RouteMatch | undefined {
    if (this.#count === 0) return undefined;
    const heads = this.#heads;
    for (;;) {
      let first = 0;
      for (let i = 1; i < this.#count; i++) {
        if (rankOf(heads[i]) < rankOf(heads[first])) first = i;
      }
      const entry = heads[first];
      if (entry === undefined) return undefined;
      const match = matchEntry(entry, query);
      if (match !== undefined) return match;
      heads[first] = entry.next;
    }
  }
}

function rankOf(entry: Entry | undefined): number {
  return entry === undefined ? Number.POSITIVE_INFINITY : entry.rank;
}
