/** What a table finds by a text, apart from equal texts of other scopes. */
export interface Keyed {
  /** A whole number, 0 or more. */
  readonly scope: number;
  readonly text: string;
}

/** The hash of the empty text of a scope; `hashCode` carries on from there. */
export function hashScope(scope: number): number {
  return Math.imul(scope + 1, 0x9e3779b1);
}

/** The hash of a text that is one UTF-16 code longer (FNV-1a): all beginnings of a text cost one walk. */
export function hashCode(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}

/** The low bits alone say little of the last codes. */
function mix(hash: number): number {
  const half = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return half ^ (half >>> 13);
}

/**
 * Items by parts of other texts, which are not cut out for it: a Map would need each as a string of its own. A byte
 * for each slot (0 for a free one, else seven bits of the hash) answers nearly every search in vain from a few
 * kilobytes, which stay in the processor's cache however many items there are.
 */
export class TextTable<T extends Keyed> {
  readonly #tags: Uint8Array;
  readonly #items: (T | undefined)[];
  readonly #mask: number;

  /** Makes room for so many items; more must not be put in. */
  constructor(count: number) {
    const slots = 2 ** Math.ceil(Math.log2(2 * count + 2));
    this.#tags = new Uint8Array(slots);
    this.#items = new Array<T | undefined>(slots).fill(undefined);
    this.#mask = slots - 1;
  }

  /** Puts an item in, in place of the one with the same scope and text, which it returns. */
  put(item: T): T | undefined {
    const { scope, text } = item;
    let hash = hashScope(scope);
    for (let i = 0; i < text.length; i++) hash = hashCode(hash, text.charCodeAt(i));
    const slot = this.#slot(mix(hash), scope, text, 0, text.length);
    const previous = this.#items[slot];
    this.#tags[slot] = tagOf(mix(hash));
    this.#items[slot] = item;
    return previous;
  }

  /** The item whose text is that from `start` to before `end`; `hash` must be the hash of that in the scope. */
  find(hash: number, scope: number, text: string, start: number, end: number): T | undefined {
    return this.#items[this.#slot(mix(hash), scope, text, start, end)];
  }

  /** The slot of the item with this text, or the free one where it belongs. */
  #slot(mixed: number, scope: number, text: string, start: number, end: number): number {
    const tag = tagOf(mixed);
    for (let slot = mixed & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const found = this.#tags[slot];
      if (found === 0) return slot;
      if (found !== tag) continue;
      const item = this.#items[slot];
      if (item === undefined || item.scope !== scope || item.text.length !== end - start) continue;
      if (text.startsWith(item.text, start)) return slot;
    }
  }
}

function tagOf(mixed: number): number {
  return (mixed >>> 25) | 0x80;
}
