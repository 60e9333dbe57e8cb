import { type Finding, isMapping, type Path, type Span } from './finding.js';
import { readPlainTree, readPlainYaml } from './plain-yaml.js';
import type { ConfigSource } from './source.js';
import { type SyntaxFault, syntaxFindings } from './syntax.js';
import { type Entry, FORBIDDEN_KEYS, locate, MAX_DEPTH, type Tree, toValue } from './tree.js';
import {
  type Alias,
  CST,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  type Pair,
  parseYaml,
  Scalar,
  type YAMLMap,
} from './yaml.js';

/** A config as plain values. Places are worked out when first asked for: a valid file never needs them. */
export interface ParsedConfig {
  /** Undefined when the text is no config at all; then there are findings. */
  readonly value: Record<string, unknown> | undefined;
  readonly findings: readonly Finding[];
  locate(path: Path, at: 'key' | 'value'): Span;
}

/** How many values aliases may stand for in all; an "alias bomb" stands for billions. */
const ALIAS_BUDGET = 1_000_000;

/** Parses YAML or JSON. Never throws for what the text holds: everything wrong with it is a finding. */
export function parseConfig(source: ConfigSource): ParsedConfig {
  const { text } = source;
  const quick = readJson(text) ?? readPlainYaml(text);
  if (quick !== undefined) {
    let tree: Tree | undefined;
    return {
      value: quick,
      findings: [],
      locate: (path, at) => {
        tree ??= readPlainTree(text) ?? readTree(text).tree;
        return tree === undefined ? { start: 0, end: 0 } : locate(tree, path, at);
      },
    };
  }
  const { tree, findings } = readTree(text);
  const place = (path: Path, at: 'key' | 'value') =>
    tree === undefined ? { start: 0, end: 0 } : locate(tree, path, at);
  if (tree === undefined || findings.length > 0) return { value: undefined, findings, locate: place };
  const built = toValue(tree);
  const value = isMapping(built.value) ? built.value : undefined;
  return { value, findings: value === undefined ? [notMapping(tree)] : built.findings, locate: place };
}

/** JSON is YAML too, but the engine's own parser is far quicker. It keeps silent on repeated keys, so they are counted. */
function readJson(text: string): Record<string, unknown> | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isMapping(value) && countKeys(value, 0) === countJsonKeys(text) ? value : undefined;
  } catch {
    // Not JSON: the YAML parser reads it, or says where it is wrong.
    return undefined;
  }
}

function countJsonKeys(text: string): number {
  let colons = 0;
  for (const token of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|:/g)) if (token[0] === ':') colons += 1;
  return colons;
}

/** How many keys a JSON value holds; NaN when something in it needs an issue of its own (depth, forbidden keys). */
function countKeys(value: unknown, depth: number): number {
  if (depth > MAX_DEPTH) return Number.NaN;
  let keys = 0;
  if (Array.isArray(value)) {
    for (const item of value) keys += countKeys(item, depth + 1);
  } else if (isMapping(value)) {
    for (const [key, item] of Object.entries(value)) {
      keys += FORBIDDEN_KEYS.has(key) ? Number.NaN : 1 + countKeys(item, depth + 1);
    }
  }
  return keys;
}

/**
 * Where a text first nests deeper than allowed, seen from its tokens alone. The library's composer is recursive, and
 * V8 ends the process when a RegExp is compiled on an exhausted stack, so that too deep a text must never reach it.
 */
function findTooDeep(text: string): number | undefined {
  const indents: number[] = [];
  let offset = 0;
  let indent = 0;
  let inline = 0;
  let flow = 0;
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    const type = isScalar ? 'scalar' : CST.tokenType(token);
    isScalar = token === CST.SCALAR;
    if (type === 'newline') [indent, inline] = [-1, 0];
    else if (type === 'space' && indent === -1) indent = token.length;
    else if (type === 'flow-seq-start' || type === 'flow-map-start') flow += 1;
    else if (type === 'flow-seq-end' || type === 'flow-map-end') flow -= 1;
    if (flow === 0 && (type === 'map-value-ind' || type === 'seq-item-ind' || type === 'explicit-key-ind')) {
      inline += 1;
      while ((indents.at(-1) ?? -1) >= Math.max(indent, 0)) indents.pop();
      indents.push(Math.max(indent, 0));
    }
    if (indents.length + inline + flow > MAX_DEPTH) return offset;
    if (token !== CST.SCALAR && token !== CST.DOCUMENT && token !== CST.FLOW_END) offset += token.length;
  }
  return undefined;
}

interface TreeResult {
  readonly tree?: Tree;
  readonly findings: readonly Finding[];
}

function readTree(text: string): TreeResult {
  if (text.trim() === '') return { findings: [EMPTY] };
  const deep = findTooDeep(text);
  if (deep !== undefined) return { findings: [tooDeep({ start: deep, end: deep + 1 })] };
  const document = parseYaml(text);
  const faults: SyntaxFault[] = [...document.errors, ...document.warnings].map(({ code, message, pos }) => {
    return { code, message, start: pos[0], end: pos[1] };
  });
  if (faults.length > 0) return { findings: syntaxFindings(faults, text) };
  if (document.contents === null) return { findings: [EMPTY] };
  const planter = new Planter(text);
  const tree = planter.plant(document.contents, 0);
  return planter.findings.length > 0 ? { findings: planter.findings } : { tree, findings: [] };
}

const EMPTY: Finding = {
  code: 'empty-file',
  path: [],
  span: { start: 0, end: 0 },
  message: 'the file is empty',
  hint: 'a config begins with _format_version: "3.0"',
};

function tooDeep(span: Span): Finding {
  const message = `nested deeper than ${MAX_DEPTH} levels`;
  return { code: 'too-deep', path: [], span, message, hint: 'a config needs about ten' };
}

function notMapping(tree: Tree): Finding {
  const what = tree.kind === 'sequence' ? 'a list' : 'a single value';
  const message = `a config is a mapping, and this file holds ${what}`;
  const hint = 'begin with _format_version: "3.0", then services: and the list of services';
  return { code: 'not-a-mapping', path: [], span: { start: tree.start, end: tree.start }, message, hint };
}

/** Turns the library's nodes into a Tree. Aliases become the very tree they stand for. */
class Planter {
  readonly findings: Finding[] = [];
  readonly #text: string;
  readonly #anchors = new Map<string, { readonly tree: Tree; readonly size: number }>();
  /** The anchors of the values being planted. */
  readonly #open = new Set<string>();
  #aliased = 0;
  /** How many values the last planted tree stands for, aliases unfolded. */
  #size = 0;

  constructor(text: string) {
    this.#text = text;
  }

  plant(node: Node, depth: number): Tree {
    if (isAlias(node)) return this.#alias(node);
    const anchor = 'anchor' in node ? node.anchor : undefined;
    if (anchor !== undefined) this.#open.add(anchor);
    const before = this.#size;
    const tree = this.#fresh(node, depth);
    this.#size += 1;
    if (anchor !== undefined) {
      this.#open.delete(anchor);
      this.#anchors.set(anchor, { tree, size: this.#size - before });
    }
    return tree;
  }

  #fresh(node: Node, depth: number): Tree {
    const span = spanOf(node);
    if (depth > MAX_DEPTH) {
      if (this.findings.length === 0) this.findings.push(tooDeep(span));
      return { kind: 'scalar', value: null, ...span };
    }
    if (isMap(node)) return { kind: 'mapping', entries: this.#entries(node, depth), ...span };
    if (isSeq(node)) {
      const items: Tree[] = [];
      for (const item of node.items) items.push(this.#plantAny(item, span.end, depth + 1));
      return { kind: 'sequence', items, ...span };
    }
    return { kind: 'scalar', value: isScalar(node) ? scalarValue(node.value) : null, ...span };
  }

  #plantAny(node: unknown, offset: number, depth: number): Tree {
    if (isNode(node)) return this.plant(node, depth);
    return { kind: 'scalar', value: null, start: offset, end: offset };
  }

  #entries(node: YAMLMap, depth: number): readonly Entry[] {
    const entries: Entry[] = [];
    for (const pair of node.items) {
      const key = this.#key(pair);
      if (key === undefined) continue;
      const value = this.#plantAny(pair.value, key.keySpan.end, depth + 1);
      entries.push({ ...key, value });
    }
    return entries;
  }

  #key(pair: Pair): Omit<Entry, 'value'> | undefined {
    const node = pair.key;
    if (isScalar(node)) {
      const keySpan = spanOf(node);
      if (typeof node.value === 'string') {
        return { key: node.value, keySpan, merge: node.value === '<<' && node.type === Scalar.PLAIN };
      }
      // A key is text: `on` and `1` stand for themselves.
      if (keySpan.end > keySpan.start) {
        return { key: this.#text.slice(keySpan.start, keySpan.end), keySpan, merge: false };
      }
    }
    const span = isNode(node) ? spanOf(node) : { start: 0, end: 0 };
    const template = isMap(node) ? templateName(this.#text, span) : undefined;
    if (template !== undefined) {
      const message = `YAML reads {{${template}}} as a mapping, and nothing fills it in`;
      const hint = `write "\${${template}}" to take the value from the variable ${template}`;
      this.#report('unfilled-placeholder', { start: span.start - 1, end: span.end + 1 }, message, hint);
      return undefined;
    }
    const message = 'a key must be a plain word, and this one is not';
    const hint = 'write key: value';
    this.#report('bad-key', span, message, hint);
    return undefined;
  }

  #alias(node: Alias): Tree {
    const span = spanOf(node);
    const target = this.#anchors.get(node.source);
    if (target === undefined) {
      this.#unknownAlias(node.source, span);
      return { kind: 'scalar', value: null, ...span };
    }
    this.#aliased += target.size;
    this.#size += target.size;
    if (this.#aliased > ALIAS_BUDGET && !this.findings.some(({ code }) => code === 'alias-bomb')) {
      const message = `aliases stand for more than ${ALIAS_BUDGET.toLocaleString('en')} values`;
      this.#report('alias-bomb', span, message, 'repeat less, or split the file');
    }
    return target.tree;
  }

  #unknownAlias(name: string, span: Span): void {
    if (this.#open.has(name)) {
      const hint = 'an alias can only repeat what is complete before it';
      this.#report('alias-loop', span, `the alias *${name} stands inside of what it stands for`, hint);
    } else if (/[^\w-]/.test(name)) {
      const message = `YAML takes *${name} for an alias, and there is no such anchor`;
      this.#report('unknown-alias', span, message, `a text that starts with * needs quotes: "*${name}"`);
    } else {
      const hint = `write &${name} at the value it stands for, above this line`;
      this.#report('unknown-alias', span, `the alias *${name} has no anchor before it`, hint);
    }
  }

  #report(code: string, span: Span, message: string, hint: string): void {
    this.findings.push({ code, path: [], span, message, hint });
  }
}

/** The name in `{{NAME}}`, where a mapping in a mapping begins. */
function templateName(text: string, span: Span): string | undefined {
  return /^\{\{\s*([A-Za-z_]\w*)\s*\}\}/.exec(text.slice(span.start - 1, span.end + 1))?.[1];
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}

function spanOf(node: Node): Span {
  const [start, end] = node.range ?? [0, 0];
  return { start, end };
}

function scalarValue(value: unknown): string | number | boolean | null {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return null;
}
