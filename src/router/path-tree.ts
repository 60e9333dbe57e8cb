import { type Entry, matchEntry } from './entry.js';
import type { RouteMatch, RouteQuery } from './router.js';

/** A node of the tree: the text on the edge that leads here, and what ends here. */
interface Node {
  label: string;
  /** By rank. */
  entries: Entry[];
  /** The lowest rank in this node and below it. */
  lowest: number;
  /** By the first character of the label. */
  readonly children: Map<number, Node>;
}

function newNode(label: string): Node {
  return { label, entries: [], lowest: Number.POSITIVE_INFINITY, children: new Map() };
}

/**
 * Entries by the literal start of their path, in a radix tree: a lookup walks down the request's path once and
 * sees only entries whose prefix (or whose regex's literal start) fits, however many there are.
 */
export class PathTree {
  readonly #root = newNode('');

  /** Entries of one tree must be added in the order of their ranks. */
  add(prefix: string, entry: Entry): void {
    let node = this.#root;
    let rest = prefix;
    for (;;) {
      node.lowest = Math.min(node.lowest, entry.rank);
      if (rest === '') break;
      const child = node.children.get(rest.charCodeAt(0));
      if (child === undefined) {
        const leaf = newNode(rest);
        node.children.set(rest.charCodeAt(0), leaf);
        node = leaf;
        rest = '';
        continue;
      }
      const common = commonLength(child.label, rest);
      if (common < child.label.length) split(child, common);
      node = child;
      rest = rest.slice(common);
    }
    node.entries.push(entry);
  }

  /** The matching entry of the lowest rank, if it is lower than that of `best`; else `best`. */
  search(query: RouteQuery, best: Found): void {
    const { path } = query;
    let node = this.#root;
    let at = 0;
    for (;;) {
      if (node.lowest >= best.rank) return;
      searchNode(node, query, best);
      if (at >= path.length) return;
      const child = node.children.get(path.charCodeAt(at));
      if (child === undefined || !path.startsWith(child.label, at)) return;
      at += child.label.length;
      node = child;
    }
  }
}

/** The best match so far, filled in by the searches. */
export interface Found {
  rank: number;
  match: RouteMatch | undefined;
}

function searchNode(node: Node, query: RouteQuery, best: Found): void {
  const { entries } = node;
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i];
    if (entry === undefined || entry.rank >= best.rank) return;
    const match = matchEntry(entry, query);
    if (match === undefined) continue;
    best.rank = entry.rank;
    best.match = match;
    return;
  }
}

function commonLength(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let i = 0;
  while (i < length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  return i;
}

/** Cuts a node in two, so that its first `length` characters get a node of their own. */
function split(node: Node, length: number): void {
  const lower: Node = { ...node, label: node.label.slice(length), children: new Map(node.children) };
  node.label = node.label.slice(0, length);
  node.entries = [];
  node.children.clear();
  node.children.set(lower.label.charCodeAt(0), lower);
}
