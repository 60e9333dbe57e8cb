import { COLON, CR, DIGIT_0, SPACE, TAB, TEXT_BYTE, TOKEN_BYTE } from './field-syntax.js';
import type { UpstreamHead } from './transport.js';
import { UpstreamError, type UpstreamPhase } from './upstream-error.js';

/** The head of an answer with what it says about the body and the connection (RFC 9112 6 and 9.3). */
export interface ResponseHead extends UpstreamHead {
  /** The value of Content-Length, or -1 where there is none. */
  readonly contentLength: number;
  readonly chunked: boolean;
  /** Whether the connection may carry another request, as far as the head tells. */
  readonly persistent: boolean;
}

class Head implements ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly rawHeaders: string[] = [];
  readonly minor: number;
  contentLength = -1;
  chunked = false;
  close = false;
  keepAlive = false;
  persistent = false;

  constructor(status: number, reason: string, minor: number) {
    this.status = status;
    this.reason = reason;
    this.minor = minor;
  }
}

/**
 * Parses a whole head, from the status line to the empty line, given as latin1 text. Strict (RFC 9112 4 to 6):
 * throws an UpstreamError `malformed`, phase `head`, for anything that two parsers might read in two ways.
 *
 * Lines may end in a bare LF (RFC 9112 2.2 allows it, Kong takes it): the head is written anew on its way to the
 * client, so nobody behind us reads those bytes. As such a line may be a header value with a smuggled line break,
 * the connection does not count as persistent.
 */
export function parseResponseHead(text: string, maxFields: number): ResponseHead {
  const lineFeed = text.indexOf('\n');
  const crlf = text.charCodeAt(lineFeed - 1) === CR;
  const head = parseStatusLine(text, crlf ? lineFeed - 1 : lineFeed);
  const strict = parseFields(text, lineFeed + 1, head.rawHeaders, maxFields, 'head', head);
  if (head.chunked && head.contentLength >= 0) {
    throw malformed('head', 'both Content-Length and Transfer-Encoding are given');
  }
  if (head.chunked && head.minor === 0) throw malformed('head', 'Transfer-Encoding in an HTTP/1.0 answer');
  head.persistent = crlf && strict && !head.close && (head.minor === 1 || head.keepAlive);
  return head;
}

/** Parses a trailer section, empty line included, into names and values in turn. Lines must end in CRLF. */
export function parseTrailers(text: string, maxFields: number): readonly string[] {
  const rawTrailers: string[] = [];
  if (!parseFields(text, 0, rawTrailers, maxFields, 'body', undefined)) {
    throw malformed('body', 'a trailer line does not end in CRLF');
  }
  return rawTrailers;
}

/** `HTTP/1.0|1.1 SP 3DIGIT [SP reason]`. The reason and its space may be absent, as Kong accepts it. */
function parseStatusLine(text: string, end: number): Head {
  const minor = text.charCodeAt(7) - DIGIT_0;
  const status = threeDigits(text, 9);
  if (
    !text.startsWith('HTTP/1.') ||
    (minor !== 0 && minor !== 1) ||
    text.charCodeAt(8) !== SPACE ||
    status < 100 ||
    (end !== 12 && text.charCodeAt(12) !== SPACE)
  ) {
    throw malformed('head', `the status line is ${quoted(text, 0, end)}`);
  }
  for (let index = 13; index < end; index += 1) {
    if (TEXT_BYTE[text.charCodeAt(index)] !== 1) {
      throw malformed('head', `a control byte in the status line ${quoted(text, 0, end)}`);
    }
  }
  return new Head(status, text.slice(13, end), minor);
}

/** The number written in three digits at `at`, or -1. */
function threeDigits(text: string, at: number): number {
  let number = 0;
  for (let index = at; index < at + 3; index += 1) {
    const digit = text.charCodeAt(index) - DIGIT_0;
    if (!(digit >= 0 && digit <= 9)) return -1;
    number = number * 10 + digit;
  }
  return number;
}

/** Appends the fields from `start` up to the empty line to `out`. Returns whether every line ended in CRLF. */
function parseFields(
  text: string,
  start: number,
  out: string[],
  maxFields: number,
  phase: UpstreamPhase,
  head: Head | undefined,
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
    if (colon === at || text.charCodeAt(colon) !== COLON) throw badName(text, at, end, phase);
    let from = colon + 1;
    let to = end;
    while (isBlank(text.charCodeAt(from))) from += 1;
    while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
    for (let index = from; index < to; index += 1) {
      if (TEXT_BYTE[text.charCodeAt(index)] !== 1) {
        throw malformed(phase, `a control byte in the header ${quoted(text, at, end)}`);
      }
    }
    const name = text.slice(at, colon);
    const value = text.slice(from, Math.max(from, to));
    if (out.push(name, value) > 2 * maxFields) throw malformed(phase, `more than ${maxFields} header fields`);
    if (head !== undefined) readFraming(head, name, value);
    at = lineFeed + 1;
  }
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/** Only names of these lengths can be one of the three fields that frame a message. */
function readFraming(head: Head, name: string, value: string): void {
  if (name.length === 14) {
    if (name.toLowerCase() === 'content-length') readContentLength(head, value);
  } else if (name.length === 17) {
    if (name.toLowerCase() === 'transfer-encoding') readTransferEncoding(head, value);
  } else if (name.length === 10) {
    if (name.toLowerCase() === 'connection') readConnection(head, value);
  }
}

/** One field of digits alone; a second one is refused even when equal, as Kong does (RFC 9112 6.3 leaves it open). */
function readContentLength(head: Head, value: string): void {
  if (head.contentLength >= 0) throw malformed('head', 'Content-Length is given twice');
  let length = 0;
  for (let index = 0; index < value.length; index += 1) {
    const digit = value.charCodeAt(index) - DIGIT_0;
    if (!(digit >= 0 && digit <= 9)) length = Number.NaN;
    else length = length * 10 + digit;
  }
  if (value === '' || !Number.isSafeInteger(length)) {
    throw malformed('head', `Content-Length is ${quoted(value, 0, value.length)}`);
  }
  head.contentLength = length;
}

/** We never ask for another coding, so anything but one `chunked` leaves the end of the body unknown. */
function readTransferEncoding(head: Head, value: string): void {
  if (head.chunked) throw malformed('head', 'Transfer-Encoding is given twice');
  if (value.toLowerCase() !== 'chunked') {
    throw malformed('head', `Transfer-Encoding is ${quoted(value, 0, value.length)}`);
  }
  head.chunked = true;
}

function readConnection(head: Head, value: string): void {
  for (const option of value.toLowerCase().split(',')) {
    const token = option.trim();
    if (token === 'close') head.close = true;
    else if (token === 'keep-alive') head.keepAlive = true;
  }
}

function badName(text: string, at: number, end: number, phase: UpstreamPhase): UpstreamError {
  const line = quoted(text, at, end);
  if (isBlank(text.charCodeAt(at))) return malformed(phase, `a folded header line ${line}`);
  const colon = text.indexOf(':', at);
  if (colon === -1 || colon >= end) return malformed(phase, `a header line without a colon ${line}`);
  return malformed(phase, `a header name that is no token ${line}`);
}

function quoted(text: string, from: number, to: number): string {
  return JSON.stringify(to - from > 60 ? `${text.slice(from, from + 60)}…` : text.slice(from, to));
}

/** What comes from the upstream is no valid HTTP/1.x answer, for the given reason. */
export function malformed(phase: UpstreamPhase, reason: string): UpstreamError {
  return new UpstreamError('malformed', phase, `the upstream's answer is malformed: ${reason}`);
}
