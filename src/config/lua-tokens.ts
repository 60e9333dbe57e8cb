/** Why a text is no Lua, and on which of its lines, from 1. */
export class LuaFault extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** The smallest part of a program. A symbol and a keyword are their own text; `''` ends the program. */
export interface LuaToken {
  readonly kind: 'name' | 'number' | 'string' | 'symbol' | 'end';
  readonly text: string;
  readonly line: number;
}

const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'and break do else elseif end false for function if in local nil not or repeat return then true until ' +
    'while'
  ).split(' '),
);

const SPACE = /[ \t\r\n\f\v]+/y;
const NAME = /[A-Za-z_\u0080-\uFFFF][\w\u0080-\uFFFF]*/y;
const NUMBER =
  /(?:0[xX](?:[\dA-Fa-f]+\.?[\dA-Fa-f]*|\.[\dA-Fa-f]+)(?:[pP][+-]?\d+)?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?:[uU]?[lL][lL]|[iI])?/y;
const SYMBOL = /\.\.\.|\.\.|==|~=|<=|>=|::|[-+*/%^#<>=(){}[\];:,.]/y;
const LONG_OPEN = /\[(=*)\[/y;
const ESCAPE = /\\(?:[abfnrtv\\"']|\r\n|\n\r|[\r\n]|x[\dA-Fa-f]{2}|z\s*|\d{1,3}|u\{[\dA-Fa-f]+\})/y;

/** Splits a program of Lua 5.1, as LuaJIT reads it, into tokens. Throws a LuaFault. */
export function* luaTokens(code: string): Generator<LuaToken, void> {
  let at = 0;
  let line = 1;
  while (at < code.length) {
    const { kind, end } = tokenAt(code, at, line);
    const text = code.slice(at, end);
    if (kind !== 'space') yield { kind, text, line };
    line += text.split('\n').length - 1;
    at = end;
  }
  yield { kind: 'end', text: '', line };
}

interface Piece {
  readonly kind: LuaToken['kind'] | 'space';
  readonly end: number;
}

function tokenAt(code: string, at: number, line: number): Piece {
  const space = match(SPACE, code, at);
  if (space !== undefined) return { kind: 'space', end: at + space.length };
  if (code.startsWith('--', at)) {
    return { kind: 'space', end: longEnd(code, at + 2, 'comment', line) ?? lineEnd(code, at) };
  }
  const long = longEnd(code, at, 'string', line);
  if (long !== undefined) return { kind: 'string', end: long };
  if (code[at] === '"' || code[at] === "'") return { kind: 'string', end: stringEnd(code, at, line) };
  const name = match(NAME, code, at);
  if (name !== undefined) return { kind: KEYWORDS.has(name) ? 'symbol' : 'name', end: at + name.length };
  const number = match(NUMBER, code, at);
  if (number !== undefined) {
    const rest = match(/[\w.]+/y, code, at + number.length);
    if (rest !== undefined) throw new LuaFault(`malformed number near '${number}${rest}'`, line);
    return { kind: 'number', end: at + number.length };
  }
  const symbol = match(SYMBOL, code, at);
  if (symbol !== undefined) return { kind: 'symbol', end: at + symbol.length };
  throw new LuaFault(`unexpected symbol near '${String.fromCodePoint(code.codePointAt(at) ?? 0)}'`, line);
}

function match(pattern: RegExp, code: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(code)?.[0];
}

/** Where `[[…]]` or `[==[…]==]` at a place ends; undefined where none begins. */
function longEnd(code: string, at: number, what: string, line: number): number | undefined {
  LONG_OPEN.lastIndex = at;
  const open = LONG_OPEN.exec(code);
  if (open === null) return undefined;
  const close = `]${open[1] ?? ''}]`;
  const end = code.indexOf(close, at + open[0].length);
  if (end === -1) throw new LuaFault(`unfinished long ${what}: ${close} is missing`, line);
  return end + close.length;
}

function lineEnd(code: string, at: number): number {
  const end = code.indexOf('\n', at);
  return end === -1 ? code.length : end;
}

function stringEnd(code: string, start: number, line: number): number {
  const quote = code[start];
  let at = start + 1;
  while (code[at] !== quote) {
    const char = code[at];
    if (char === undefined || char === '\n' || char === '\r') {
      throw new LuaFault(`unfinished string near ${code.slice(start, Math.min(at, start + 40))}`, line);
    }
    if (char !== '\\') {
      at += 1;
      continue;
    }
    const sequence = match(ESCAPE, code, at);
    if (sequence === undefined || Number(sequence.slice(1)) > 255) {
      throw new LuaFault(`invalid escape sequence near '${code.slice(at, at + 2)}'`, line);
    }
    at += sequence.length;
  }
  return at + 1;
}
