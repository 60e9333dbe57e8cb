import type { Finding, Path, Span } from './finding.js';

/** A parsed text with the place of every part, free of the library that read it. */
export type Tree = ScalarTree | MappingTree | SequenceTree;

export interface ScalarTree extends Span {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
}

export interface MappingTree extends Span {
  readonly kind: 'mapping';
  readonly entries: readonly Entry[];
}

export interface SequenceTree extends Span {
  readonly kind: 'sequence';
  readonly items: readonly Tree[];
}

/** A key and its value. `merge` marks YAML's merge key `<<`, which takes in the entries of other mappings. */
export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  readonly merge: boolean;
  readonly value: Tree;
}

/** Configs nest to about 10; a file that is deeper is broken or hostile. */
export const MAX_DEPTH = 100;

/** Keys that reach into JavaScript's own objects, so that no code downstream has to beware of them. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** The plain value of a tree, with all that is wrong with its keys. Aliased parts are shared, not copied. */
export function toValue(tree: Tree): { readonly value: unknown; readonly findings: readonly Finding[] } {
  const builder = new ValueBuilder();
  const value = builder.build(tree, []);
  return { value, findings: builder.findings };
}

class ValueBuilder {
  readonly findings: Finding[] = [];
  readonly #built = new Map<Tree, unknown>();

  build(tree: Tree, path: Path): unknown {
    if (tree.kind === 'scalar') return tree.value;
    if (path.length > MAX_DEPTH) {
      this.#report(
        'too-deep',
        path,
        tree,
        `nested deeper than ${MAX_DEPTH} levels`,
        'a config needs about ten',
      );
      return null;
    }
    const known = this.#built.get(tree);
    if (known !== undefined) return known;
    const value =
      tree.kind === 'sequence'
        ? tree.items.map((item, index) => this.build(item, [...path, index]))
        : this.#mapping(tree, path);
    this.#built.set(tree, value);
    return value;
  }

  #mapping(tree: MappingTree, path: Path): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    const seen = new Map<string, Entry>();
    for (const entry of tree.entries) {
      if (entry.merge) continue;
      const here = [...path, entry.key];
      const first = seen.get(entry.key);
      if (first !== undefined) {
        const message = `duplicate key "${entry.key}": the same mapping has it already, at {other}`;
        const hint = 'keep one of the two; YAML lists repeat with "-", keys do not repeat';
        this.findings.push({
          code: 'duplicate-key',
          path: here,
          span: entry.keySpan,
          message,
          hint,
          otherSpan: first.keySpan,
        });
        continue;
      }
      seen.set(entry.key, entry);
      if (FORBIDDEN_KEYS.has(entry.key)) {
        this.#report(
          'forbidden-key',
          here,
          entry.keySpan,
          `the key "${entry.key}" is not allowed`,
          'use another name',
        );
        continue;
      }
      value[entry.key] = this.build(entry.value, here);
    }
    return this.#merged(tree, path, value);
  }

  /** Own keys win over merged ones, earlier merges over later ones (https://yaml.org/type/merge.html). */
  #merged(tree: MappingTree, path: Path, own: Record<string, unknown>): Record<string, unknown> {
    for (const entry of tree.entries) {
      if (!entry.merge) continue;
      for (const source of mergeSources(entry)) {
        if (source.kind !== 'mapping') {
          const hint = 'write <<: *anchor, where the anchor stands at a mapping';
          this.#report('bad-merge', path, entry.keySpan, 'the merge key << needs a mapping', hint);
          continue;
        }
        const merged = this.build(source, path);
        for (const [key, value] of Object.entries(merged as object))
          if (!Object.hasOwn(own, key)) own[key] = value;
      }
    }
    return own;
  }

  #report(code: string, path: Path, span: Span, message: string, hint: string): void {
    this.findings.push({ code, path, span, message, hint });
  }
}

function mergeSources(entry: Entry): readonly Tree[] {
  return entry.value.kind === 'sequence' ? entry.value.items : [entry.value];
}

/** The place of a value, or of its key; the nearest enclosing place where the path leads nowhere. */
export function locate(root: Tree, path: Path, at: 'key' | 'value'): Span {
  let tree = root;
  let place: Span = firstLine(root);
  for (const [index, step] of path.entries()) {
    const last = index === path.length - 1;
    if (tree.kind === 'sequence' && typeof step === 'number') {
      const item = tree.items[step];
      if (item === undefined) return place;
      tree = item;
      place = item;
    } else {
      const entry = tree.kind === 'mapping' ? findEntry(tree, String(step)) : undefined;
      if (entry === undefined) return place;
      const empty = entry.value.start === entry.value.end;
      place = empty || (last && at === 'key') ? entry.keySpan : entry.value;
      tree = entry.value;
    }
  }
  return place;
}

function firstLine(root: Tree): Span {
  return { start: root.start, end: root.start };
}

const indexes = new WeakMap<MappingTree, ReadonlyMap<string, Entry>>();

function findEntry(tree: MappingTree, key: string): Entry | undefined {
  let index = indexes.get(tree);
  if (index === undefined) {
    index = new Map(tree.entries.filter(({ merge }) => !merge).map((entry) => [entry.key, entry]));
    indexes.set(tree, index);
  }
  return index.get(key) ?? findMerged(tree, key);
}

function findMerged(tree: MappingTree, key: string): Entry | undefined {
  for (const entry of tree.entries) {
    if (!entry.merge) continue;
    for (const source of mergeSources(entry)) {
      const found = source.kind === 'mapping' ? findEntry(source, key) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
