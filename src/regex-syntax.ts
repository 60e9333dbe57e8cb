/** The syntax tree of a regular expression in the dialect Kong's router takes (Rust's `regex` crate). */

export type RegexNode =
  /** `literal` is the one character this piece stands for, where it stands for just one. */
  | { readonly kind: 'text'; readonly source: string; readonly literal?: string }
  | { readonly kind: 'sequence'; readonly items: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly options: readonly RegexNode[] }
  | {
      readonly kind: 'group';
      readonly capture: boolean;
      readonly name: string | undefined;
      readonly body: RegexNode;
    }
  | {
      readonly kind: 'repeat';
      readonly body: RegexNode;
      readonly min: number;
      readonly max: number;
      readonly lazy: boolean;
    };

/** Why a pattern cannot be used: `offset` counts characters from the start of the pattern. */
export class RegexFault extends Error {
  readonly offset: number;
  readonly hint: string | undefined;

  constructor(message: string, offset: number, hint?: string) {
    super(message);
    this.offset = offset;
    this.hint = hint;
  }
}

interface Flags {
  ignoreCase: boolean;
  dotAll: boolean;
  swapGreed: boolean;
  extended: boolean;
}

const CLASS_ESCAPES = 'dDwWsS';
const ASSERTIONS: Readonly<Record<string, string>> = { A: '^', z: '$', b: '\\b', B: '\\B' };
const CONTROLS: Readonly<Record<string, string>> = {
  n: '\\n',
  r: '\\r',
  t: '\\t',
  f: '\\f',
  v: '\\v',
  a: '\\x07',
};
const POSIX: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};
const BRACE_HINT =
  'write `(?<name>[^/]+)` for a path parameter, {n,m} for a repetition, `\\{` for the character itself';
const LOOK_AROUND_HINT = 'match what should be there instead, or split the route in two with regex_priority';

/** Parses a pattern; throws RegexFault where it is not in the dialect. */
export function parseRegex(pattern: string): RegexNode {
  return new Parser(pattern).parse();
}

class Parser {
  readonly #pattern: string;
  #at = 0;
  #flags: Flags = { ignoreCase: false, dotAll: false, swapGreed: false, extended: false };
  readonly #names = new Set<string>();

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  parse(): RegexNode {
    const node = this.#choice();
    if (this.#at < this.#pattern.length)
      throw this.#fault('unopened group', 'write `\\)` for a parenthesis in the path');
    return node;
  }

  #fault(message: string, hint?: string, offset = this.#at): RegexFault {
    return new RegexFault(message, offset, hint);
  }

  #peek(): string {
    return this.#pattern.charAt(this.#at);
  }

  #take(expected: string): boolean {
    if (!this.#pattern.startsWith(expected, this.#at)) return false;
    this.#at += expected.length;
    return true;
  }

  #choice(): RegexNode {
    const options = [this.#sequence()];
    while (this.#take('|')) options.push(this.#sequence());
    const [only] = options;
    return options.length === 1 && only !== undefined ? only : { kind: 'choice', options };
  }

  #sequence(): RegexNode {
    const items: RegexNode[] = [];
    while (this.#at < this.#pattern.length && this.#peek() !== '|' && this.#peek() !== ')') {
      if (this.#flags.extended && this.#skipBlank()) continue;
      const item = this.#atom();
      if (item !== undefined) items.push(this.#repeats(item));
    }
    return { kind: 'sequence', items };
  }

  /** In extended mode white space and comments mean nothing. */
  #skipBlank(): boolean {
    const blank = /\s+|#[^\n]*/y;
    blank.lastIndex = this.#at;
    const found = blank.exec(this.#pattern);
    if (found === null) return false;
    this.#at += found[0].length;
    return true;
  }

  #atom(): RegexNode | undefined {
    const character = this.#peek();
    if (character === '(') return this.#group();
    if (character === '[') return { kind: 'text', source: this.#class() };
    if (character === '\\') return this.#escape();
    if ('*+?'.includes(character))
      throw this.#fault(
        `nothing to repeat before "${character}"`,
        `write \`\\${character}\` for the character itself`,
      );
    if (character === '{') throw this.#fault('a "{" that does not follow what it repeats', BRACE_HINT);
    this.#at += 1;
    if (character === '.') return { kind: 'text', source: this.#flags.dotAll ? '[^]' : '[^\\n]' };
    if (character === '^' || character === '$') return { kind: 'text', source: character };
    return this.#literal(character);
  }

  #literal(character: string): RegexNode {
    const both = this.#flags.ignoreCase ? bothCases(character) : undefined;
    if (both !== undefined) return { kind: 'text', source: `[${both.map(quote).join('')}]` };
    return { kind: 'text', source: quote(character), literal: character };
  }

  #group(): RegexNode | undefined {
    const start = this.#at;
    this.#at += 1;
    if (/^\?<?[=!]/.test(this.#pattern.slice(this.#at, this.#at + 3))) {
      throw this.#fault('look-around is not supported', LOOK_AROUND_HINT, start);
    }
    if (this.#take('?>'))
      throw this.#fault('atomic groups are not supported', 'use a plain group `(?:…)`', start);
    const outer = this.#flags;
    let capture = true;
    let name: string | undefined;
    if (this.#take('?P<') || this.#take('?<')) name = this.#name();
    else if (this.#take('?')) {
      capture = false;
      this.#flags = this.#groupFlags(start);
      if (this.#take(')')) return undefined;
      if (!this.#take(':')) throw this.#fault('unknown kind of group', undefined, start);
    }
    const body = this.#choice();
    if (!this.#take(')'))
      throw this.#fault('unclosed group', 'close it, or write `\\(` for a parenthesis in the path', start);
    this.#flags = outer;
    return { kind: 'group', capture, name, body };
  }

  #name(): string {
    const start = this.#at;
    const end = this.#pattern.indexOf('>', start);
    const name = end < 0 ? '' : this.#pattern.slice(start, end);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw this.#fault('invalid group name', 'use letters, digits and _');
    if (this.#names.has(name))
      throw this.#fault(`duplicate group name "${name}"`, 'name each group differently');
    this.#names.add(name);
    this.#at = end + 1;
    return name;
  }

  #groupFlags(start: number): Flags {
    const flags = { ...this.#flags };
    let value = true;
    for (;;) {
      const character = this.#peek();
      if (character === ':' || character === ')') return flags;
      this.#at += 1;
      if (character === '-') value = false;
      else if (character === 'i') flags.ignoreCase = value;
      else if (character === 's') flags.dotAll = value;
      else if (character === 'U') flags.swapGreed = value;
      else if (character === 'x') flags.extended = value;
      else if (character !== 'u' || !value)
        throw this.#fault(`unknown group flag "${character}"`, 'known flags are i, s, U, u and x', start);
    }
  }

  #repeats(atom: RegexNode): RegexNode {
    let node = atom;
    for (;;) {
      const bounds = this.#bounds();
      if (bounds === undefined) return node;
      const lazy = this.#take('?') !== this.#flags.swapGreed;
      node = { kind: 'repeat', body: node, min: bounds[0], max: bounds[1], lazy };
    }
  }

  #bounds(): readonly [number, number] | undefined {
    if (this.#take('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.#take('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.#take('?')) return [0, 1];
    if (this.#peek() !== '{') return undefined;
    const braces = /\{(\d+)(,(\d*))?\}/y;
    braces.lastIndex = this.#at;
    const found = braces.exec(this.#pattern);
    if (found === null) throw this.#fault('a "{" that does not say how often to repeat', BRACE_HINT);
    const min = Number(found[1]);
    const max = found[2] === undefined ? min : found[3] === '' ? Number.POSITIVE_INFINITY : Number(found[3]);
    if (max < min)
      throw this.#fault('repetition range is the wrong way round', 'write the smaller number first');
    this.#at += found[0].length;
    return [min, max];
  }

  #escape(): RegexNode {
    const start = this.#at;
    const letter = this.#pattern.charAt(start + 1);
    if (letter === '') throw this.#fault('incomplete escape at the end', 'write `\\\\` for a backslash');
    if (CLASS_ESCAPES.includes(letter)) {
      this.#at += 2;
      return { kind: 'text', source: `\\${letter}` };
    }
    const assertion = ASSERTIONS[letter];
    if (assertion !== undefined) {
      this.#at += 2;
      return { kind: 'text', source: assertion };
    }
    return this.#literal(this.#escapedCharacter());
  }

  /** An escape that stands for one character; returns that character. */
  #escapedCharacter(): string {
    const start = this.#at;
    const letter = this.#pattern.charAt(start + 1);
    if (/[0-9k]/.test(letter))
      throw this.#fault(
        'back-references are not supported',
        'a match must not depend on an earlier group',
        start,
      );
    if (letter === 'p' || letter === 'P')
      throw this.#fault('Unicode classes are not supported', 'list the characters: [A-Za-z]', start);
    this.#at += 2;
    if (/[xuU]/.test(letter)) return this.#codePoint(letter, start);
    const control = CONTROLS[letter];
    if (control !== undefined)
      return JSON.parse(`"${control.replace('\\v', '\\u000b').replace('\\x07', '\\u0007')}"`) as string;
    if (/[A-Za-z<>]/.test(letter))
      throw this.#fault(`unknown escape \\${letter}`, 'write the character without the backslash', start);
    return letter;
  }

  #codePoint(letter: string, start: number): string {
    const digits = { x: 2, u: 4, U: 8 }[letter] ?? 2;
    const form =
      this.#peek() === '{' ? /\{([0-9A-Fa-f]{1,8})\}/y : new RegExp(`([0-9A-Fa-f]{${digits}})`, 'y');
    form.lastIndex = this.#at;
    const found = form.exec(this.#pattern);
    const value = Number.parseInt(found?.[1] ?? '', 16);
    if (found === null || value > 0x10ffff)
      throw this.#fault('invalid character code', 'write \\xHH or \\x{H…}', start);
    this.#at += found[0].length;
    return String.fromCodePoint(value);
  }

  #class(): string {
    const start = this.#at;
    this.#at += 1;
    const negated = this.#take('^');
    let body = '';
    for (let first = true; first || this.#peek() !== ']'; first = false) {
      if (this.#at >= this.#pattern.length)
        throw this.#fault('unclosed character class', 'write `\\[` for a bracket in the path', start);
      body += this.#classItem();
    }
    this.#at += 1;
    return `[${negated ? '^' : ''}${body}]`;
  }

  #classItem(): string {
    for (const operator of ['&&', '--', '~~']) {
      if (this.#pattern.startsWith(operator, this.#at))
        throw this.#fault(
          'set operations in a class are not supported',
          'list the characters; write `\\&` or `\\-` for the character itself',
        );
    }
    if (this.#peek() === '[') return this.#posix();
    if (this.#peek() === '\\' && CLASS_ESCAPES.includes(this.#pattern.charAt(this.#at + 1))) {
      this.#at += 2;
      return this.#pattern.slice(this.#at - 2, this.#at);
    }
    const from = this.#classCharacter();
    const dash = this.#peek() === '-' && !'-]'.includes(this.#pattern.charAt(this.#at + 1));
    if (!dash) return this.#classText(from, from);
    const at = this.#at;
    this.#at += 1;
    const to = this.#classCharacter();
    if (to < from)
      throw this.#fault('class range is the wrong way round', 'write the smaller character first', at);
    return this.#classText(from, to);
  }

  #posix(): string {
    const form = /\[:(\^?)([a-z]+):\]/y;
    form.lastIndex = this.#at;
    const found = form.exec(this.#pattern);
    const members = found === null ? undefined : POSIX[found[2] ?? ''];
    if (found === null || members === undefined)
      throw this.#fault('a "[" inside a character class', 'write `\\[` for the character itself');
    if (found[1] === '^')
      throw this.#fault('negated POSIX classes are not supported', 'negate the whole class: [^…]');
    this.#at += found[0].length;
    return members;
  }

  #classCharacter(): string {
    if (this.#peek() === '\\') return this.#escapedCharacter();
    const character = String.fromCodePoint(this.#pattern.codePointAt(this.#at) ?? 0);
    if (character.length > 1)
      throw this.#fault('characters beyond U+FFFF cannot stand in a class', 'use an alternation: (?:a|b)');
    this.#at += 1;
    return character;
  }

  #classText(from: string, to: string): string {
    const range = from === to ? quote(from) : `${quote(from)}-${quote(to)}`;
    if (!this.#flags.ignoreCase) return range;
    const extra: string[] = [];
    for (let code = from.charCodeAt(0); code <= to.charCodeAt(0) && code < 0x250; code++) {
      extra.push(...(bothCases(String.fromCharCode(code)) ?? []));
    }
    return range + extra.map(quote).join('');
  }
}

function bothCases(character: string): readonly string[] | undefined {
  const lower = character.toLowerCase();
  const upper = character.toUpperCase();
  return lower !== upper && lower.length === 1 && upper.length === 1 ? [lower, upper] : undefined;
}

/** A character as JavaScript writes it inside and outside of a class. */
function quote(character: string): string {
  const code = character.charCodeAt(0);
  if (character.length === 1 && (code < 0x20 || code === 0x7f))
    return `\\x${code.toString(16).padStart(2, '0')}`;
  return '\\^$.*+?()[]{}|/-'.includes(character) ? `\\${character}` : character;
}
