import type { Span } from './finding.js';
import { type Entry, FORBIDDEN_KEYS, type Tree } from './tree.js';

/** Thrown where the text leaves the subset this reader is sure about. */
class NotPlain extends Error {}

/** What the subset never holds, and what would need care at every step: tabs, carriage returns, control characters. */
const STRANGE = /[^\P{Cc}\n]|[\u2028\u2029\ufeff]/u;

const KEY = /(?:([A-Za-z0-9_][\w./-]{0,200})|"([^"\\\n]{0,200})"|'([^'\n]{0,200})'):(?= |\n|$)/y;
/** In double quotes, the escapes that JSON shares with YAML. */
const QUOTED = /"((?:[^"\\\n]|\\["\\/bfnrt])*)"|'([^'\n]*)'(?!')/y;
const FLOW_WORD = /(?:-(?=\d)|[A-Za-z0-9_./~^$(\\])(?:[\w./~^$()\\+@=;%-]|:(?=[\w/]))*/y;
const END_OF_LINE = /(?: +#[^\n]*| *)(?=\n|$)/y;

/** A plain scalar begins with one of these; other characters mean something in YAML. */
const PLAIN_START = /[A-Za-z0-9_./~^$(\\<+\u00a1-\uffff]|-(?=\d)/y;

const NULLS: ReadonlySet<string> = new Set(['~', 'null', 'Null', 'NULL']);
const BOOLEAN = /^(?:([Tt]rue|TRUE|[Yy]es|YES|[Oo]n|ON)|[Ff]alse|FALSE|[Nn]o|NO|[Oo]ff|OFF)$/;
const INTEGER = /^[-+]?\d{1,15}$/;
/** Numbers in spellings that are left to the YAML library. */
const OTHER_NUMBER =
  /^(?:[-+]?\d+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

const MAX_DEPTH = 40;

/**
 * Reads the YAML that nearly all configs are written in (block mappings and lists, one-line scalars, one-line flow
 * collections, comments), about ten times as fast as a full parser. Returns undefined, never a guess, for anything
 * else: anchors, tags, block scalars, rare escapes, repeated keys, mistakes.
 */
export function readPlainYaml(text: string): Record<string, unknown> | undefined {
  return read(text, new ValueBuilder());
}

/** The same with the place of every part, for text that `readPlainYaml` can read. */
export function readPlainTree(text: string): Tree | undefined {
  return read(text, new TreeBuilder());
}

function read<Value, Mapping extends Value>(
  text: string,
  builder: Builder<Value, Mapping>,
): Mapping | undefined {
  if (STRANGE.test(text)) return undefined;
  try {
    return new PlainReader(text, builder).readAll();
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

type Scalar = string | number | boolean | null;

/** What the reader makes of what it finds: plain values, or a tree. Offsets are those in the text. */
interface Builder<Value, Mapping extends Value> {
  scalar(value: Scalar, start: number, end: number): Value;
  sequence(items: Value[], start: number, end: number): Value;
  openMapping(start: number): Mapping;
  /** Throws NotPlain for a key the mapping has already. */
  add(mapping: Mapping, key: string, keySpan: Span, value: Value): void;
  closeMapping(mapping: Mapping, end: number): void;
}

class ValueBuilder implements Builder<unknown, Record<string, unknown>> {
  scalar(value: Scalar): unknown {
    return value;
  }

  sequence(items: unknown[]): unknown {
    return items;
  }

  openMapping(): Record<string, unknown> {
    return {};
  }

  add(mapping: Record<string, unknown>, key: string, _keySpan: Span, value: unknown): void {
    if (Object.hasOwn(mapping, key)) throw new NotPlain();
    mapping[key] = value;
  }

  closeMapping(): void {
    // A plain object is complete at any time.
  }
}

interface GrowingMapping {
  readonly kind: 'mapping';
  readonly entries: Entry[];
  readonly start: number;
  end: number;
}

class TreeBuilder implements Builder<Tree, GrowingMapping> {
  scalar(value: Scalar, start: number, end: number): Tree {
    return { kind: 'scalar', value, start, end };
  }

  sequence(items: Tree[], start: number, end: number): Tree {
    return { kind: 'sequence', items, start, end };
  }

  openMapping(start: number): GrowingMapping {
    return { kind: 'mapping', entries: [], start, end: start };
  }

  add(mapping: GrowingMapping, key: string, keySpan: Span, value: Tree): void {
    mapping.entries.push({ key, keySpan, merge: false, value });
  }

  closeMapping(mapping: GrowingMapping, end: number): void {
    mapping.end = end;
  }
}

class PlainReader<Value, Mapping extends Value> {
  readonly #builder: Builder<Value, Mapping>;
  readonly #text: string;
  /** The column the current line's content begins at, from 0; -1 after the last line. */
  #indent = -1;
  /** Where that content begins. */
  #at = 0;
  /** Where the line after the current one begins. */
  #next = 0;

  /** Where the last value ended. */
  #end = 0;

  constructor(text: string, builder: Builder<Value, Mapping>) {
    this.#text = text;
    this.#builder = builder;
  }

  readAll(): Mapping {
    this.#advance();
    if (this.#indent === 0 && /---(?= *\n)/y.test(this.#text.slice(this.#at, this.#next))) this.#advance();
    if (this.#indent === -1 || this.#isItem()) throw new NotPlain();
    const value = this.#mapping(this.#indent, 0);
    if (this.#indent !== -1) throw new NotPlain();
    return value;
  }

  /** Moves to the next line that holds more than a comment. */
  #advance(): void {
    const text = this.#text;
    for (;;) {
      const start = this.#next;
      if (start >= text.length) {
        this.#indent = -1;
        return;
      }
      const newline = text.indexOf('\n', start);
      this.#next = newline === -1 ? text.length : newline + 1;
      let at = start;
      while (text.charCodeAt(at) === 0x20) at += 1;
      const first = text.charCodeAt(at);
      if (at < text.length && first !== 0x0a && first !== 0x23) {
        this.#indent = at - start;
        this.#at = at;
        return;
      }
    }
  }

  #isItem(): boolean {
    if (this.#text.charCodeAt(this.#at) !== 0x2d) return false;
    const after = this.#text.charCodeAt(this.#at + 1);
    return after === 0x20 || after === 0x0a || Number.isNaN(after);
  }

  #mapping(indent: number, depth: number): Mapping {
    if (depth > MAX_DEPTH) throw new NotPlain();
    const mapping = this.#builder.openMapping(this.#at);
    while (this.#indent === indent && !this.#isItem()) {
      const start = this.#at;
      const key = this.#key();
      const keySpan = { start, end: this.#at - 1 };
      this.#end = this.#at;
      const value = this.#atEndOfLine() ? this.#below(indent, true, depth) : this.#inline(indent);
      this.#builder.add(mapping, key, keySpan, value);
    }
    if (this.#indent > indent) throw new NotPlain();
    this.#builder.closeMapping(mapping, this.#end);
    return mapping;
  }

  #sequence(indent: number, depth: number): Value {
    if (depth > MAX_DEPTH) throw new NotPlain();
    const items: Value[] = [];
    const start = this.#at;
    while (this.#indent === indent && this.#isItem()) {
      this.#at += 1;
      this.#end = this.#at;
      if (this.#atEndOfLine()) {
        items.push(this.#below(indent, false, depth));
        continue;
      }
      const dash = this.#at;
      this.#skipSpaces();
      if (this.#isItem()) throw new NotPlain();
      KEY.lastIndex = this.#at;
      if (KEY.test(this.#text)) {
        // `- key: value` opens a mapping in the column of the key.
        this.#indent = indent + 1 + this.#at - dash;
        items.push(this.#mapping(this.#indent, depth + 1));
      } else {
        items.push(this.#inline(indent));
      }
    }
    if (this.#indent > indent) throw new NotPlain();
    return this.#builder.sequence(items, start, this.#end);
  }

  /** The value on the lines below a key or a dash. A list may stand in the column of its key. */
  #below(indent: number, underKey: boolean, depth: number): Value {
    const at = this.#end;
    this.#advance();
    if (this.#isItem() && (this.#indent > indent || (underKey && this.#indent === indent))) {
      return this.#sequence(this.#indent, depth + 1);
    }
    return this.#indent > indent
      ? this.#mapping(this.#indent, depth + 1)
      : this.#builder.scalar(null, at, at);
  }

  /** A value that ends with its line. */
  #inline(indent: number): Value {
    this.#skipSpaces();
    const first = this.#text[this.#at];
    const value =
      first === '[' || first === '{' || first === '"' || first === "'" ? this.#flow(0) : this.#plain();
    if (!this.#atEndOfLine()) throw new NotPlain();
    this.#end = this.#at;
    this.#advance();
    // A deeper line would continue the value.
    if (this.#indent > indent) throw new NotPlain();
    return value;
  }

  #plain(): Value {
    const start = this.#at;
    PLAIN_START.lastIndex = start;
    if (!PLAIN_START.test(this.#text)) throw new NotPlain();
    let end = this.#text.charCodeAt(this.#next - 1) === 0x0a ? this.#next - 1 : this.#next;
    const comment = this.#text.slice(start, end).indexOf(' #');
    if (comment !== -1) end = start + comment;
    while (this.#text.charCodeAt(end - 1) === 0x20) end -= 1;
    const raw = this.#text.slice(start, end);
    if (raw.includes(': ') || raw.endsWith(':')) throw new NotPlain();
    this.#at = end;
    return this.#builder.scalar(resolve(raw), start, end);
  }

  #flow(depth: number): Value {
    if (depth > MAX_DEPTH) throw new NotPlain();
    const start = this.#at;
    const first = this.#text[start];
    if (first === '[') return this.#flowItems(depth);
    if (first === '{') return this.#flowEntries(depth);
    const isQuoted = first === '"' || first === "'";
    const pattern = isQuoted ? QUOTED : FLOW_WORD;
    pattern.lastIndex = start;
    const match = pattern.exec(this.#text);
    if (match === null) throw new NotPlain();
    this.#at = pattern.lastIndex;
    const value = isQuoted ? unquote(match) : resolve(match[0]);
    return this.#builder.scalar(value, start, this.#at);
  }

  #flowItems(depth: number): Value {
    const items: Value[] = [];
    const start = this.#at;
    this.#at += 1;
    if (!this.#closes(']')) {
      do items.push(this.#flow(depth + 1));
      while (this.#continues(']'));
    }
    return this.#builder.sequence(items, start, this.#at);
  }

  #flowEntries(depth: number): Value {
    const mapping = this.#builder.openMapping(this.#at);
    this.#at += 1;
    if (!this.#closes('}')) {
      do {
        const start = this.#at;
        const key = this.#key();
        const keySpan = { start, end: this.#at - 1 };
        if (this.#text[this.#at] !== ' ') throw new NotPlain();
        this.#skipSpaces();
        this.#builder.add(mapping, key, keySpan, this.#flow(depth + 1));
      } while (this.#continues('}'));
    }
    this.#builder.closeMapping(mapping, this.#at);
    return mapping;
  }

  #closes(bracket: string): boolean {
    this.#skipSpaces();
    if (this.#text[this.#at] !== bracket) return false;
    this.#at += 1;
    return true;
  }

  /** Whether a comma and another item follow; false at the closing bracket. */
  #continues(bracket: string): boolean {
    if (this.#closes(bracket)) return false;
    if (this.#text[this.#at] !== ',') throw new NotPlain();
    this.#at += 1;
    this.#skipSpaces();
    return true;
  }

  #skipSpaces(): void {
    while (this.#text.charCodeAt(this.#at) === 0x20) this.#at += 1;
  }

  #key(): string {
    KEY.lastIndex = this.#at;
    const match = KEY.exec(this.#text);
    if (match === null) throw new NotPlain();
    const key = match[1] ?? match[2] ?? match[3] ?? '';
    if (FORBIDDEN_KEYS.has(key)) throw new NotPlain();
    this.#at = KEY.lastIndex;
    return key;
  }

  /** Whether nothing but a comment follows on the line. */
  #atEndOfLine(): boolean {
    END_OF_LINE.lastIndex = this.#at;
    return END_OF_LINE.test(this.#text);
  }
}

function resolve(word: string): Scalar {
  if (NULLS.has(word)) return null;
  const boolean = BOOLEAN.exec(word);
  if (boolean !== null) return boolean[1] !== undefined;
  if (INTEGER.test(word)) return Number(word);
  if (OTHER_NUMBER.test(word)) throw new NotPlain();
  return word;
}

function unquote([whole, inDouble, inSingle = '']: RegExpExecArray): string {
  if (inDouble === undefined) return inSingle;
  return inDouble.includes('\\') ? String(JSON.parse(whole)) : inDouble;
}
