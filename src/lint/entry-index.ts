import { ANY_HOST, type HostPattern } from '../router/host-pattern.js';
import { covers } from './covers.js';
import type { RouteEntry } from './route-entries.js';

/** So many entries that share a host, a path and a header are compared; the rest is given up, never guessed. */
const MAX_COMPARED = 200;

/** The entries of one host by their literal start, and by a header they ask for. */
interface HostBucket {
  readonly byLiteral: Map<string, Map<string, RouteEntry[]>>;
  /** The lengths of those starts, in characters. */
  readonly lengths: Set<number>;
}

function newBucket(): HostBucket {
  return { byLiteral: new Map(), lengths: new Set() };
}

/** Finds entries that are tried earlier and match all that another one does, without comparing all with all. */
export class EntryIndex {
  readonly #buckets = new Map<string, HostBucket>();

  /** Entries must be added in the order of their ranks. */
  add(entry: RouteEntry): void {
    for (const host of new Set(entry.hosts.map(hostKey))) {
      const bucket = getOrAdd(this.#buckets, host, newBucket);
      bucket.lengths.add(entry.literal.length);
      const lists = getOrAdd(bucket.byLiteral, entry.literal, () => new Map<string, RouteEntry[]>());
      for (const key of postings(entry)) getOrAdd(lists, key, (): RouteEntry[] => []).push(entry);
    }
  }

  /** The first entry of another route that takes all requests of `entry` at `host` with `method` before it does. */
  findEarlier(entry: RouteEntry, host: HostPattern, method: string | undefined): RouteEntry | undefined {
    const keys = lookups(entry);
    for (const hostName of widerHosts(host)) {
      const bucket = this.#buckets.get(hostName);
      if (bucket === undefined) continue;
      for (const length of bucket.lengths) {
        if (length > entry.literal.length) continue;
        const lists = bucket.byLiteral.get(entry.literal.slice(0, length));
        if (lists === undefined) continue;
        for (const key of keys) {
          const found = firstCovering(lists.get(key), entry, host, method);
          if (found !== undefined) return found;
        }
      }
    }
    return undefined;
  }
}

function firstCovering(
  list: readonly RouteEntry[] | undefined,
  entry: RouteEntry,
  host: HostPattern,
  method: string | undefined,
): RouteEntry | undefined {
  for (const [count, other] of (list ?? []).entries()) {
    if (other.rank >= entry.rank || count === MAX_COMPARED) return undefined;
    if (other.route !== entry.route && covers(other, entry, host, method)) return other;
  }
  return undefined;
}

/** Where an entry is kept: by kind of path, and by the values of one of the headers it asks for. */
function postings(entry: RouteEntry): readonly string[] {
  const kind = entry.regex === undefined ? 'prefix' : entry.open ? 'open' : `regex ${entry.path}`;
  const [header] = entry.headers.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (header === undefined) return [`${kind}\n`];
  if (header.patterns.length > 0) return [`${kind}\n${header.name}~`];
  return Array.from(header.values, (value) => `${kind}\n${header.name}=${value}`);
}

/** Where entries that may cover another one are kept: they ask for no header, or for one that it asks for too. */
function lookups(entry: RouteEntry): readonly string[] {
  const kinds = [
    'prefix',
    'open',
    ...(entry.regex === undefined || entry.open ? [] : [`regex ${entry.path}`]),
  ];
  const headers = entry.headers.flatMap(({ name, values }) => {
    const [value] = values;
    return value === undefined ? [`${name}~`] : [`${name}~`, `${name}=${value}`];
  });
  return kinds.flatMap((kind) => ['', ...headers].map((header) => `${kind}\n${header}`));
}

function hostKey({ kind, name }: HostPattern): string {
  return `${kind} ${name}`;
}

/** The keys of all host patterns that match whatever `host` matches. */
function* widerHosts(host: HostPattern): Generator<string> {
  const { kind, name } = host;
  if (kind === 'plain') yield hostKey(host);
  if (kind === 'plain' || kind === 'suffix') {
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1))
      yield `suffix ${name.slice(dot)}`;
  }
  if (kind === 'plain' || kind === 'prefix') {
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      yield `prefix ${name.slice(0, dot + 1)}`;
    }
  }
  yield hostKey(ANY_HOST);
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const fresh = make();
  map.set(key, fresh);
  return fresh;
}
