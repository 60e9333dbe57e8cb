import type { Entry } from './entry.js';
import { type Found, PathTree } from './path-tree.js';
import type { RouteMatch, RouteQuery, Router } from './router.js';

/** A route's host, taken apart. `name` is in lower case and without port; a wildcard keeps its dot. */
export interface HostPattern {
  readonly kind: 'plain' | 'suffix' | 'prefix' | 'any';
  readonly name: string;
  /** Undefined for any. */
  readonly port: number | undefined;
}

export const ANY_HOST: HostPattern = { kind: 'any', name: '', port: undefined };

/** Reads a route's host: `a.test`, `a.test:8000`, `*.a.test` (any depth), `a.*`, `[::1]`. */
export function parseHost(host: string): HostPattern {
  const port = /:(\d+)$/.exec(host.startsWith('[') ? host.slice(host.indexOf(']')) : host);
  const bare = (port === null ? host : host.slice(0, -port[0].length)).toLowerCase();
  const number = port === null ? undefined : Number(port[1]);
  if (bare.startsWith('*')) return { kind: 'suffix', name: trimDot(bare.slice(1)), port: number };
  if (bare.endsWith('*')) return { kind: 'prefix', name: bare.slice(0, -1), port: number };
  return { kind: 'plain', name: trimDot(bare), port: number };
}

function trimDot(name: string): string {
  return name.length > 1 && name.endsWith('.') ? name.slice(0, -1) : name;
}

/** Entries by host: plain names in a map, wildcards in maps by what is fixed of them, the rest in one tree. */
export class HostIndex implements Router {
  readonly #any = new PathTree();
  readonly #plain = new Map<string, PathTree>();
  readonly #suffixes = new Map<string, PathTree>();
  readonly #prefixes = new Map<string, PathTree>();

  /** Entries must be added in the order of their ranks. */
  add(host: HostPattern, prefix: string, entry: Entry): void {
    this.#tree(host).add(prefix, entry);
  }

  match(query: RouteQuery): RouteMatch | undefined {
    const best: Found = { rank: Number.POSITIVE_INFINITY, match: undefined };
    const { host } = query;
    this.#plain.get(host)?.search(query, best);
    if (this.#suffixes.size > 0) this.#searchSuffixes(host, query, best);
    if (this.#prefixes.size > 0) this.#searchPrefixes(host, query, best);
    this.#any.search(query, best);
    return best.match;
  }

  #tree(host: HostPattern): PathTree {
    if (host.kind === 'any') return this.#any;
    const trees =
      host.kind === 'plain' ? this.#plain : host.kind === 'suffix' ? this.#suffixes : this.#prefixes;
    const known = trees.get(host.name);
    if (known !== undefined) return known;
    const fresh = new PathTree();
    trees.set(host.name, fresh);
    return fresh;
  }

  #searchSuffixes(host: string, query: RouteQuery, best: Found): void {
    for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      this.#suffixes.get(host.slice(dot))?.search(query, best);
    }
  }

  #searchPrefixes(host: string, query: RouteQuery, best: Found): void {
    for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      this.#prefixes.get(host.slice(0, dot + 1))?.search(query, best);
    }
  }
}
