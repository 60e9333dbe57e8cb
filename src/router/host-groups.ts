import type { Steps } from '../steps.js';
import type { Conditions } from './conditions.js';
import { Entry, type EntryParts } from './entry.js';
import { HOST_SCOPES, type HostEntries, HostIndex } from './host-index.js';
import type { HostPattern } from './host-pattern.js';
import { TextTable } from './text-table.js';

/** Of so many entries of one host, looking at each costs less than finding those that fit. */
const FEW = 4;

const NO_LENGTHS: readonly number[] = [];

interface HostGroup {
  readonly kind: HostPattern['kind'];
  readonly name: string;
  /** Tells the entries of this host from those of others in the table of literals. */
  readonly scope: number;
  /** By rank. */
  readonly entries: Entry[];
}

/** Collects entries by host and makes an index of them. */
export class HostGroups {
  readonly #groups = new Map<string, HostGroup>();

  /** Entries must be added in the order of their ranks. */
  add({ kind, name }: HostPattern, parts: EntryParts, conditions: Conditions | undefined): void {
    const key = `${HOST_SCOPES[kind]}${name}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { kind, name, scope: this.#groups.size, entries: [] };
      this.#groups.set(key, group);
    }
    group.entries.push(new Entry(parts, group.scope, conditions));
  }

  /** Makes the index; yields between entries. The groups are used up by it. */
  *build(): Steps<HostIndex> {
    const hosts = new TextTable<HostEntries>(this.#groups.size);
    const literals = new TextTable<Entry>(yield* this.#countMany());
    const kinds = new Set<HostPattern['kind']>();
    let any: HostEntries | undefined;
    for (const group of this.#groups.values()) {
      const { kind, name } = group;
      const isFew = group.entries.length <= FEW;
      const few = isFew ? chain(group.entries) : undefined;
      const lengths = isFew ? NO_LENGTHS : yield* spread(group.entries, literals);
      const entries = { scope: HOST_SCOPES[kind], text: name, few, literalScope: group.scope, lengths };
      kinds.add(kind);
      if (kind === 'any') any = entries;
      else hosts.put(entries);
      yield;
    }
    return new HostIndex({ hosts, literals, any, kinds });
  }

  *#countMany(): Steps<number> {
    let count = 0;
    for (const { entries } of this.#groups.values()) {
      if (entries.length > FEW) count += entries.length;
      yield;
    }
    return count;
  }
}

/** Links entries, and returns the first. */
function chain(entries: readonly Entry[]): Entry | undefined {
  return entries.reduceRight<Entry | undefined>((next, entry) => {
    entry.next = next;
    return entry;
  }, undefined);
}

/** Puts entries in the table, those with the same literal linked by rank; returns the lengths of the literals. */
function* spread(entries: readonly Entry[], literals: TextTable<Entry>): Steps<readonly number[]> {
  const lengths = new Set<number>();
  for (let i = entries.length - 1; i >= 0; i--) {
    const entry = entries[i];
    if (entry === undefined) continue;
    entry.next = literals.put(entry);
    lengths.add(entry.text.length);
    yield;
  }
  return [...lengths].sort((a, b) => a - b);
}
