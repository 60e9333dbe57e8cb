import { COLON, CR, SPACE, TAB, TEXT_BYTE, TOKEN_BYTE } from './field-syntax.js';
import { MalformedMessage, OversizedMessage, quoted } from './malformed.js';

/** Hears of each field, to note what it acts on. */
export interface FieldVisitor {
  onField(name: string, value: string): void;
}

/**
 * Appends the fields of a head or trailer section to `out`, names and values in turn, from `start` up to the empty
 * line. Strict (RFC 9112, 5): throws MalformedMessage for what two parsers might read in two ways. Returns whether
 * every line ended in CRLF: a bare LF is left to the caller's judgement (RFC 9112, 2.2).
 */
export function parseFields(
  text: string,
  start: number,
  out: string[],
  maxFields: number,
  visitor: FieldVisitor | undefined,
): boolean {
  let strict = true;
  let at = start;
  for (;;) {
    const lineFeed = text.indexOf('\n', at);
    let end = lineFeed;
    if (text.charCodeAt(lineFeed - 1) === CR && lineFeed > at) end -= 1;
    else strict = false;
    if (end <= at) return strict;
    let colon = at;
    while (TOKEN_BYTE[text.charCodeAt(colon)] === 1) colon += 1;
    if (colon === at || text.charCodeAt(colon) !== COLON) throw badName(text, at, end);
    let from = colon + 1;
    let to = end;
    while (isBlank(text.charCodeAt(from))) from += 1;
    while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
    for (let index = from; index < to; index += 1) {
      if (TEXT_BYTE[text.charCodeAt(index)] !== 1) {
        throw new MalformedMessage(`a control byte in the header ${quoted(text, at, end)}`);
      }
    }
    const name = text.slice(at, colon);
    const value = text.slice(from, Math.max(from, to));
    if (out.push(name, value) > 2 * maxFields) {
      throw new OversizedMessage(`more than ${maxFields} header fields`);
    }
    visitor?.onField(name, value);
    at = lineFeed + 1;
  }
}

/** Parses a trailer section, empty line included, into names and values in turn. Lines must end in CRLF. */
export function parseTrailers(text: string, maxFields: number): readonly string[] {
  const rawTrailers: string[] = [];
  if (!parseFields(text, 0, rawTrailers, maxFields, undefined)) {
    throw new MalformedMessage('a trailer line does not end in CRLF');
  }
  return rawTrailers;
}

/** The number that a Content-Length gives: digits alone. Throws MalformedMessage for anything else (RFC 9110, 8.6). */
export function parseContentLength(value: string): number {
  let length = 0;
  for (let index = 0; index < value.length; index += 1) {
    const digit = value.charCodeAt(index) - 48;
    if (!(digit >= 0 && digit <= 9)) length = Number.NaN;
    else length = length * 10 + digit;
  }
  if (value === '' || !Number.isSafeInteger(length)) {
    throw new MalformedMessage(`Content-Length is ${quoted(value, 0, value.length)}`);
  }
  return length;
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

function badName(text: string, at: number, end: number): MalformedMessage {
  const line = quoted(text, at, end);
  if (isBlank(text.charCodeAt(at))) return new MalformedMessage(`a folded header line ${line}`);
  const colon = text.indexOf(':', at);
  if (colon === -1 || colon >= end) return new MalformedMessage(`a header line without a colon ${line}`);
  return new MalformedMessage(`a header name that is no token ${line}`);
}
