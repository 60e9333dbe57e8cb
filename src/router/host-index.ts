import { Contenders } from './contenders.js';
import type { Entry } from './entry.js';
import type { HostPattern } from './host-pattern.js';
import type { RouteMatch, RouteQuery, Router } from './router.js';
import { hashCode, hashScope, type Keyed, type TextTable } from './text-table.js';

/** The scopes of the table of hosts. */
export const HOST_SCOPES: Readonly<Record<HostPattern['kind'], number>> = {
  plain: 0,
  suffix: 1,
  prefix: 2,
  any: 3,
};

/** The entries of one host pattern. */
export interface HostEntries extends Keyed {
  /** By rank, where they are so few that looking at each costs least; else undefined. */
  readonly few: Entry | undefined;
  /** Else they are in the table of literals under this scope … */
  readonly literalScope: number;
  /** … with literals of these lengths, the shortest first. */
  readonly lengths: readonly number[];
}

/** What an index is made of. */
export interface HostIndexParts {
  readonly hosts: TextTable<HostEntries>;
  readonly literals: TextTable<Entry>;
  /** The entries that ask for no host. */
  readonly any: HostEntries | undefined;
  /** The kinds of hosts there are. */
  readonly kinds: ReadonlySet<HostPattern['kind']>;
}

/**
 * Entries by host, and by the literal start of their path below that: a lookup hashes host and path once and sees
 * only entries whose host and prefix (or regex's literal start) fit, however many there are.
 */
export class HostIndex implements Router {
  readonly #hosts: TextTable<HostEntries>;
  readonly #literals: TextTable<Entry>;
  readonly #any: HostEntries | undefined;
  readonly #hasPlain: boolean;
  readonly #hasSuffixes: boolean;
  readonly #hasPrefixes: boolean;
  readonly #contenders = new Contenders();

  constructor({ hosts, literals, any, kinds }: HostIndexParts) {
    this.#hosts = hosts;
    this.#literals = literals;
    this.#any = any;
    this.#hasPlain = kinds.has('plain');
    this.#hasSuffixes = kinds.has('suffix');
    this.#hasPrefixes = kinds.has('prefix');
  }

  match(query: RouteQuery): RouteMatch | undefined {
    const { host, path } = query;
    this.#contenders.clear();
    if (this.#hasPlain) this.#addHost('plain', host, 0, host.length, path);
    if (this.#hasSuffixes) this.#addSuffixes(host, path);
    if (this.#hasPrefixes) this.#addPrefixes(host, path);
    if (this.#any !== undefined) this.#add(this.#any, path);
    return this.#contenders.best(query);
  }

  #addSuffixes(host: string, path: string): void {
    for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      this.#addHost('suffix', host, dot, host.length, path);
    }
  }

  #addPrefixes(host: string, path: string): void {
    for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      this.#addHost('prefix', host, 0, dot + 1, path);
    }
  }

  /** The entries of the host pattern of which this part of the host is the fixed one. */
  #addHost(kind: HostPattern['kind'], host: string, start: number, end: number, path: string): void {
    const scope = HOST_SCOPES[kind];
    let hash = hashScope(scope);
    for (let i = start; i < end; i++) hash = hashCode(hash, host.charCodeAt(i));
    const entries = this.#hosts.find(hash, scope, host, start, end);
    if (entries !== undefined) this.#add(entries, path);
  }

  #add(entries: HostEntries, path: string): void {
    if (entries.few !== undefined) this.#contenders.add(entries.few);
    const { lengths, literalScope } = entries;
    let hash = hashScope(literalScope);
    let at = 0;
    for (let i = 0; i < lengths.length; i++) {
      const length = lengths[i] ?? 0;
      if (length > path.length) return;
      for (; at < length; at++) hash = hashCode(hash, path.charCodeAt(at));
      const found = this.#literals.find(hash, literalScope, path, 0, length);
      if (found !== undefined) this.#contenders.add(found);
    }
  }
}
