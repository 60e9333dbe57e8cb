import { ResolveError } from '#gateway/dns/resolve-error.js';
import type { ResolvedAddress, Resolver } from '#gateway/dns/resolver.js';
import { Upstreams } from '#gateway/upstreams/upstreams.js';

type Names = Readonly<Record<string, readonly ResolvedAddress[]>>;

/** A resolver that knows these names from the start, and no others; `rename` makes it know others. */
export class KnownNames implements Resolver {
  #names: Names;
  readonly #followers = new Map<string, Set<() => void>>();

  constructor(names: Names = {}) {
    this.#names = names;
  }

  peek(name: string): readonly ResolvedAddress[] | undefined {
    return this.#names[name];
  }

  async resolve(name: string): Promise<readonly ResolvedAddress[]> {
    const found = this.peek(name);
    if (found === undefined) throw unknown(name);
    return found;
  }

  follow(...[name, onChange]: Parameters<Resolver['follow']>): { stop(): void } {
    const tell = (): void => {
      const found = this.peek(name);
      if (found === undefined) onChange([], unknown(name));
      else onChange(found, undefined);
    };
    const followers = this.#followers.get(name) ?? new Set();
    this.#followers.set(name, followers.add(tell));
    setImmediate(() => {
      if (followers.has(tell)) tell();
    });
    return { stop: () => void followers.delete(tell) };
  }

  /** How many follow a name. */
  followers(name: string): number {
    return this.#followers.get(name)?.size ?? 0;
  }

  /** Has names lead elsewhere, and tells those who follow them. */
  rename(names: Names): void {
    this.#names = { ...this.#names, ...names };
    for (const name of Object.keys(names)) for (const tell of this.#followers.get(name) ?? []) tell();
  }

  async close(): Promise<void> {
    this.#followers.clear();
  }
}

function unknown(name: string): ResolveError {
  return new ResolveError('name_not_found', name, `no record of A for ${name}`);
}

/** Upstreams without a prober, whose names are the given ones. */
export function upstreamsWith(names: Names = {}): Upstreams {
  return new Upstreams({ resolver: new KnownNames(names) });
}
