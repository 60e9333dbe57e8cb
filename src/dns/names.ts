import type { Clock } from './clock.js';
import type { Found } from './found.js';
import { LruMap } from './lru-map.js';
import type { RecordType } from './message.js';
import type { ResolveError } from './resolve-error.js';
import type { ResolvedAddress } from './resolver.js';

/** What is known of a name. Moments are milliseconds of the clock. */
export interface KnownName {
  /** Empty where the name has no address. */
  readonly addresses: readonly ResolvedAddress[];
  /** Why there is none, or why these are older than they should be. */
  readonly error: ResolveError | undefined;
  /** The type of record that led to the addresses. */
  readonly type: RecordType | undefined;
  /** When to look again. */
  readonly dueAt: number;
  /** Up to when it may be used while looking again. */
  readonly usableUntil: number;
}

/** Times are milliseconds. */
export interface NamesOptions {
  readonly size: number;
  readonly staleTtl: number;
  readonly notFoundTtl: number;
  readonly errorTtl: number;
}

/** Remembers names, and for how long what was found of them counts. */
export class Names {
  readonly #clock: Clock;
  readonly #options: NamesOptions;
  readonly #names: LruMap<string, KnownName>;

  constructor(clock: Clock, options: NamesOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#names = new LruMap(options.size);
  }

  /** What is known and may be used. */
  get(name: string): KnownName | undefined {
    const known = this.#names.get(name);
    return known !== undefined && this.#clock.now() < known.usableUntil ? known : undefined;
  }

  isDue(known: KnownName): boolean {
    return this.#clock.now() >= known.dueAt;
  }

  /** What was found the last time, usable or not. */
  last(name: string): KnownName | undefined {
    return this.#names.get(name);
  }

  remember(name: string, { addresses, until, type, partial }: Found): KnownName {
    const { staleTtl, errorTtl } = this.#options;
    // Addresses that were left out because a nameserver failed are soon asked for again.
    const dueAt = partial ? Math.min(until, this.#clock.now() + errorTtl) : until;
    return this.#set(name, { addresses, error: undefined, type, dueAt, usableUntil: until + staleTtl });
  }

  /**
   * Addresses outlive the failure of nameservers (RFC 8767), but not their word that the name has none: the ones that
   * are known count until they are stale.
   */
  rememberError(name: string, error: ResolveError): KnownName {
    const { notFoundTtl, errorTtl } = this.#options;
    const known = this.get(name);
    const dueAt = this.#clock.now() + (error.isFailure ? errorTtl : notFoundTtl);
    if (error.isFailure && known !== undefined && known.addresses.length > 0) {
      return this.#set(name, { ...known, error, dueAt });
    }
    return this.#set(name, { addresses: [], error, type: undefined, dueAt, usableUntil: dueAt });
  }

  #set(name: string, known: KnownName): KnownName {
    this.#names.set(name, known);
    return known;
  }
}
