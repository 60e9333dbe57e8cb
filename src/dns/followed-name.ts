import type { Clock } from './clock.js';
import type { KnownName } from './names.js';
import { type AddressListener, type Following, sameAddresses } from './resolver.js';

/** How far apart looks at a name that fails get, in milliseconds; Kong looks every 30 s. */
const MAX_RETRY = 30_000;

interface Follower {
  readonly onChange: AddressListener;
  told: KnownName | undefined;
}

/** A name that somebody follows: who does, what they were told last, and when to look again. */
export class FollowedName {
  readonly #clock: Clock;
  readonly #lookUp: () => void;
  readonly #followers = new Set<Follower>();
  #failures = 0;
  #cancel: (() => void) | undefined;

  /** `lookUp` has the name looked up; the outcome is to be given to `changed`. */
  constructor(clock: Clock, lookUp: () => void) {
    this.#clock = clock;
    this.#lookUp = lookUp;
  }

  /** Whether nobody follows any more. */
  get isIdle(): boolean {
    return this.#followers.size === 0;
  }

  /** Adds a follower, who is soon told what is known, or else what will be found. */
  add(onChange: AddressListener, known: KnownName | undefined): Following {
    const follower: Follower = { onChange, told: undefined };
    this.#followers.add(follower);
    if (known === undefined) this.#lookUp();
    else {
      // Whoever is told wants to hold the way to stop it by then.
      queueMicrotask(() => this.#tell(follower, known));
      if (this.#cancel === undefined) this.#lookAgain(known);
    }
    return { stop: () => this.#remove(follower) };
  }

  /** The name was looked up, whoever asked for it. */
  changed(known: KnownName): void {
    this.#failures = known.error === undefined ? 0 : this.#failures + 1;
    this.#lookAgain(known);
    for (const follower of this.#followers) this.#tell(follower, known);
  }

  /** Tells nobody anything any more. */
  close(): void {
    this.#followers.clear();
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #remove(follower: Follower): void {
    this.#followers.delete(follower);
    if (this.isIdle) this.close();
  }

  #tell(follower: Follower, known: KnownName): void {
    if (!this.#followers.has(follower)) return;
    const { told } = follower;
    if (told !== undefined && sameAddresses(told.addresses, known.addresses)) return;
    follower.told = known;
    follower.onChange(known.addresses, known.addresses.length === 0 ? known.error : undefined);
  }

  #lookAgain(known: KnownName): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (known.dueAt === Number.POSITIVE_INFINITY || this.isIdle) return;
    const wait = Math.max(0, known.dueAt - this.#clock.now());
    // The first failure may be a passing one, those that follow are less and less so.
    const patience = Math.min(MAX_RETRY, wait * 2 ** Math.max(0, this.#failures - 1));
    this.#cancel = this.#clock.after(Math.max(wait, patience), this.#lookUp);
  }
}
