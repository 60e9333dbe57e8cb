/** What a placeholder's value is made into: `toInt` and the like. */
export const PIPES = ['toInt', 'toBool', 'toFloat'] as const;
export type Pipe = (typeof PIPES)[number];

/** A value that comes from a variable. */
export interface Placeholder {
  readonly kind: 'variable';
  /** As it stands in the file. */
  readonly text: string;
  readonly name: string;
  /** What stands in for a variable that is unset or empty; undefined where there is no default. */
  readonly fallback: readonly Piece[] | undefined;
  readonly pipe: Pipe | undefined;
}

/** What was meant to be a placeholder and is none. */
export interface Misspelt {
  readonly kind: 'misspelt';
  readonly text: string;
  readonly message: string;
  readonly hint: string;
}

/** A text is made of pieces; a string stands for itself. */
export type Piece = string | Placeholder | Misspelt;

/** Defaults may hold placeholders, which may have defaults; nobody needs more than a few. */
const MAX_NESTING = 10;

const OPENING = /\$\{([A-Za-z_]\w*)(?:\}|:-|\s*\|\s*([^{}]*)\})/y;
const DECK = /\$\{\{\s*([^{}]*?)\s*\}\}/y;
const DECK_CONTENT = /^env\s+(?:"([^"]*)"|'([^']*)'|`([^`]*)`)\s*((?:\|[^|]*)*)$/;
const PIPED_DEFAULT = /\s*\|\s*(to[A-Z]\w*)\s*$/;

/** Whether a placeholder is written as decK writes it: `${{ env "NAME" }}`. */
export function isDeckForm({ text }: Placeholder): boolean {
  return text.startsWith('${{');
}

/**
 * Takes a text apart: `${NAME}`, `${NAME:-default}`, either with `| toInt` and the like, and decK's
 * `${{ env "NAME" }}` are placeholders; a dollar sign before one (`$${NAME}`) makes it plain text. All else, `$(x)`,
 * `$` and `${1}` too, is plain text. With `deck`, decK's form alone counts.
 */
export function scanPlaceholders(text: string, forms: 'all' | 'deck' = 'all', nesting = 0): readonly Piece[] {
  const pieces: Piece[] = [];
  let plain = 0;
  let literal = '';
  for (let at = text.indexOf('$'); at !== -1; at = text.indexOf('$', at)) {
    const escaped = text.startsWith('$${', at);
    const opening = at + (escaped ? 1 : 0);
    const found = text.startsWith(forms === 'deck' ? '${{' : '${', opening)
      ? readAt(text, opening, nesting)
      : undefined;
    if (found === undefined) {
      at += 1;
      continue;
    }
    literal += text.slice(plain, at);
    plain = opening + found.text.length;
    at = plain;
    if (escaped) {
      literal += found.text;
      continue;
    }
    if (literal !== '') pieces.push(literal);
    literal = '';
    pieces.push(found);
  }
  literal += text.slice(plain);
  if (literal !== '') pieces.push(literal);
  return pieces;
}

function readAt(text: string, at: number, nesting: number): Placeholder | Misspelt | undefined {
  if (text.startsWith('${{', at)) return readDeck(text, at);
  OPENING.lastIndex = at;
  const match = OPENING.exec(text);
  if (match === null) return undefined;
  const [opening, name = '', pipe] = match;
  if (pipe !== undefined) return piped(opening, name, undefined, pipe.trim());
  if (opening.endsWith('}'))
    return { kind: 'variable', text: opening, name, fallback: undefined, pipe: undefined };
  const end = closingBrace(text, OPENING.lastIndex);
  if (end === -1) {
    // The rest of the text goes with it: looking there for more would take quadratic time.
    return {
      kind: 'misspelt',
      text: text.slice(at),
      message: `\${${name}:- is never closed`,
      hint: 'write } at its end',
    };
  }
  const whole = text.slice(at, end + 1);
  if (nesting === MAX_NESTING) {
    const message = `placeholders nest deeper than ${MAX_NESTING} levels`;
    return { kind: 'misspelt', text: whole, message, hint: 'give the default as plain text' };
  }
  const body = text.slice(OPENING.lastIndex, end);
  const ending = PIPED_DEFAULT.exec(body);
  const fallback = scanPlaceholders(ending === null ? body : body.slice(0, ending.index), 'all', nesting + 1);
  if (ending !== null) return piped(whole, name, fallback, ending[1] ?? '');
  return { kind: 'variable', text: whole, name, fallback, pipe: undefined };
}

/** Where the brace closes that was opened before `from`; -1 where it does not. Braces inside come in pairs. */
function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (character === '{') depth += 1;
    else if (character === '}') depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

/** decK's own form, as far as it speaks of variables. Its `indent` is for raw text and has nothing to do here. */
function readDeck(text: string, at: number): Placeholder | Misspelt | undefined {
  DECK.lastIndex = at;
  const match = DECK.exec(text);
  if (match === null) return undefined;
  const [whole, content = ''] = match;
  const parts = DECK_CONTENT.exec(content);
  const name = parts === null ? '' : (parts[1] ?? parts[2] ?? parts[3] ?? '');
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    const hint =
      'write ${{ env "NAME" }} or ${NAME}; for the text itself, write one more dollar sign before it';
    return { kind: 'misspelt', text: whole, message: `${whole} is no placeholder known here`, hint };
  }
  const pipes = (parts?.[4] ?? '')
    .split('|')
    .slice(1)
    .map((pipe) => pipe.trim())
    .filter((pipe) => !/^indent\s+\d+$/.test(pipe));
  const last = pipes.at(-1);
  if (last === undefined)
    return { kind: 'variable', text: whole, name, fallback: undefined, pipe: undefined };
  return piped(whole, name, undefined, pipes.length === 1 ? last : pipes.join(' | '));
}

function piped(
  text: string,
  name: string,
  fallback: readonly Piece[] | undefined,
  word: string,
): Placeholder | Misspelt {
  const pipe = PIPES.find((known) => known === word);
  if (pipe !== undefined) return { kind: 'variable', text, name, fallback, pipe };
  const message = `"${word}" is nothing a placeholder can be made into`;
  return { kind: 'misspelt', text, message, hint: `write one of ${PIPES.join(', ')} after the |` };
}

/** Something that looks like a placeholder of another tool, and what to write instead. */
export interface Unfilled {
  readonly text: string;
  readonly name: string;
}

/** A dollar sign and a name stand apart, so that hashes (`$2y$10$…`), regexes and `$(x)` do not count. */
const BARE = /(?<![\w$\\.])\$(?:([A-Z_][A-Z0-9_]+)(?![\w{(])|\{([A-Z_][A-Z0-9_]*):?[-+?=][^{}]*\})/;
const BRACES = /\{\{-?\s*([A-Z_][A-Z0-9_]*)\s*-?\}\}/;
/** Not the name of a group in a regex. */
const ANGLES = /(?<!\?P?)<([A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)*)>/;

/** The first `$NAME`, `{{NAME}}` or `<NAME>` in a plain text: names in capitals only, and no markup. */
export function findUnfilled(text: string): Unfilled | undefined {
  const angles = text.includes('</') ? null : ANGLES.exec(text);
  const found = BARE.exec(text) ?? BRACES.exec(text) ?? angles;
  const name = found?.[1] ?? found?.[2];
  return found === null || name === undefined
    ? undefined
    : { text: found[0], name: name.replaceAll('-', '_') };
}

/** Whether a text holds nothing of its value: it is placeholders without defaults, or a reference to a vault. */
export function isWhollyOutside(text: string): boolean {
  if (/^\{vault:\/\/[^{}]*\}$/.test(text)) return true;
  return scanPlaceholders(text.trim()).every(
    (piece) => typeof piece === 'object' && piece.kind === 'variable' && piece.fallback === undefined,
  );
}
