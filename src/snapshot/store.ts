import type { Snapshot } from './snapshot.js';

/** The one mutable cell of the data plane: which snapshot serves. A request reads it once. */
export class SnapshotStore {
  #current: Snapshot;

  constructor(first: Snapshot) {
    this.#current = first;
  }

  get current(): Snapshot {
    return this.#current;
  }

  /** Puts `next` in service and returns the snapshot that served until now. */
  swap(next: Snapshot): Snapshot {
    const previous = this.#current;
    this.#current = next;
    return previous;
  }
}
