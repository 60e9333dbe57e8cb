import { setFlagsFromString } from 'node:v8';
import { parseRegex, RegexFault, type RegexNode } from './regex-syntax.js';

// A backtracking match that takes too many steps is finished by V8's automaton, in time linear in the path. The
// second flag admits the `l` flag below, which refuses every pattern the automaton cannot run.
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
setFlagsFromString('--enable-experimental-regexp-engine');

/**
 * A pattern as JavaScript takes it, or why it cannot be used; `offset` counts from the start of the pattern.
 * Whatever matches at the start of the input begins with `literalPrefix`.
 */
export type RegexTranslation =
  | { readonly ok: true; readonly source: string; readonly flags: string; readonly literalPrefix: string }
  | { readonly ok: false; readonly message: string; readonly hint?: string; readonly offset: number };

/** V8 unrolls counted repetitions, and gives up beyond this many copies along one path through the pattern. */
const UNROLL_LIMIT = 16;
/** A longer translation means a pattern that repeats itself out of bounds. */
const SOURCE_LIMIT = 20_000;

const linearFlagWorks = canCompile('a', 'l');

/**
 * Translates a regular expression from the dialect of Kong's router (Rust's `regex` crate) into a JavaScript one
 * that runs in time linear in its input. Look-around and back-references are refused, as in Kong.
 */
export function translateRegex(pattern: string): RegexTranslation {
  try {
    const tree = parseRegex(pattern);
    const source = emit(tree, true).source;
    if (source.length > SOURCE_LIMIT || !isLinear(source)) {
      return {
        ok: false,
        message: 'repeats too much to match in bounded time',
        hint: 'use smaller counts in {n,m}',
        offset: 0,
      };
    }
    return { ok: true, source, flags: '', literalPrefix: literalPrefix(tree) };
  } catch (error) {
    if (!(error instanceof RegexFault)) throw error;
    const { message, hint, offset } = error;
    return hint === undefined ? { ok: false, message, offset } : { ok: false, message, hint, offset };
  }
}

function literalPrefix(node: RegexNode): string {
  if (node.kind !== 'sequence') return '';
  let prefix = '';
  for (const item of node.items) {
    if (item.kind !== 'text' || item.literal === undefined) break;
    prefix += item.literal;
  }
  return prefix;
}

function isLinear(source: string): boolean {
  return canCompile(source, linearFlagWorks ? 'l' : '');
}

function canCompile(source: string, flags: string): boolean {
  try {
    new RegExp(source, flags);
    return true;
  } catch {
    // RegExp throws for what it cannot compile, and for nothing else.
    return false;
  }
}

/** A piece of JavaScript pattern, how often V8 would unroll its inside, and whether it captures. */
interface Emitted {
  readonly source: string;
  readonly factor: number;
  readonly captures: boolean;
}

function emit(node: RegexNode, capturing: boolean): Emitted {
  switch (node.kind) {
    case 'text':
      return { source: node.source, factor: 1, captures: false };
    case 'sequence':
      return join(node.items, '', capturing);
    case 'choice':
      return join(node.options, '|', capturing);
    case 'group': {
      const body = emit(node.body, capturing);
      const open = node.capture && capturing ? (node.name === undefined ? '(' : `(?<${node.name}>`) : '(?:';
      return {
        source: `${open}${body.source})`,
        factor: body.factor,
        captures: node.capture || body.captures,
      };
    }
    case 'repeat':
      return emitRepeat(node, capturing);
  }
}

function join(nodes: readonly RegexNode[], separator: string, capturing: boolean): Emitted {
  const parts = nodes.map((node) => emit(node, capturing));
  return {
    source: parts.map((part) => part.source).join(separator),
    factor: parts.reduce((most, part) => Math.max(most, part.factor), 1),
    captures: parts.some((part) => part.captures),
  };
}

function emitRepeat(node: Extract<RegexNode, { kind: 'repeat' }>, capturing: boolean): Emitted {
  const { min, max } = node;
  const body = emit(node.body, capturing);
  const atom = node.body.kind === 'repeat' ? `(?:${body.source})` : body.source;
  const lazy = node.lazy ? '?' : '';
  const count = Number.isFinite(max) ? max : Math.max(min, 1);
  const factor = body.factor * Math.max(count, 1);
  if (count <= 1 || factor <= UNROLL_LIMIT) {
    return { source: `${atom}${quantifier(min, max)}${lazy}`, factor, captures: body.captures };
  }
  return { source: unroll(node, body, lazy, capturing), factor: body.factor, captures: body.captures };
}

/**
 * Writes a repetition out copy by copy. A group catches what its last round matched, so only the last copy of
 * those that must match keeps its groups.
 */
function unroll(
  node: Extract<RegexNode, { kind: 'repeat' }>,
  body: Emitted,
  lazy: string,
  capturing: boolean,
): string {
  const { min, max } = node;
  const silent = emit(node.body, false).source;
  const copies = Number.isFinite(max) ? max : min;
  if (copies * silent.length > SOURCE_LIMIT)
    throw new RegexFault('repeats too much to match in bounded time', 0, 'use smaller counts in {n,m}');
  if (body.captures && capturing && Number.isFinite(max) && max !== min) {
    throw new RegexFault('a group that catches inside a large {n,m}', 0, 'write (?:…) inside the repetition');
  }
  const required = Math.max(min - 1, 0);
  const last = min === 0 ? '' : `(?:${body.source})${Number.isFinite(max) ? '' : `+${lazy}`}`;
  const optional = Number.isFinite(max) ? `(?:${silent})?${lazy}`.repeat(max - min) : '';
  return `(?:${`(?:${silent})`.repeat(required)}${last}${optional})`;
}

function quantifier(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  return min === 0 && max === 1 ? '?' : min === max ? `{${min}}` : `{${min},${max}}`;
}
