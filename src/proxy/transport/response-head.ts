import { CR, DIGIT_0, SPACE, TEXT_BYTE } from '../http1/field-syntax.js';
import { type FieldVisitor, parseContentLength, parseFields } from '../http1/fields.js';
import { MalformedMessage, quoted } from '../http1/malformed.js';
import type { UpstreamHead } from './transport.js';

/** The head of an answer with what it says about the body and the connection (RFC 9112 6 and 9.3). */
export interface ResponseHead extends UpstreamHead {
  /** The value of Content-Length, or -1 where there is none. */
  readonly contentLength: number;
  readonly chunked: boolean;
  /** Whether the connection may carry another request, as far as the head tells. */
  readonly persistent: boolean;
}

class Head implements ResponseHead, FieldVisitor {
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

  onField(name: string, value: string): void {
    readFraming(this, name, value);
  }
}

/**
 * Parses a whole head, from the status line to the empty line, given as latin1 text. Strict (RFC 9112 4 to 6):
 * throws MalformedMessage for anything that two parsers might read in two ways.
 *
 * Lines may end in a bare LF (RFC 9112 2.2 allows it, Kong takes it): the head is written anew on its way to the
 * client, so nobody behind us reads those bytes. As such a line may be a header value with a smuggled line break,
 * the connection does not count as persistent.
 */
export function parseResponseHead(text: string, maxFields: number): ResponseHead {
  const lineFeed = text.indexOf('\n');
  const crlf = text.charCodeAt(lineFeed - 1) === CR;
  const head = parseStatusLine(text, crlf ? lineFeed - 1 : lineFeed);
  const strict = parseFields(text, lineFeed + 1, head.rawHeaders, maxFields, head);
  if (head.chunked && head.contentLength >= 0) {
    throw new MalformedMessage('both Content-Length and Transfer-Encoding are given');
  }
  if (head.chunked && head.minor === 0) throw new MalformedMessage('Transfer-Encoding in an HTTP/1.0 answer');
  head.persistent = crlf && strict && !head.close && (head.minor === 1 || head.keepAlive);
  return head;
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
    throw new MalformedMessage(`the status line is ${quoted(text, 0, end)}`);
  }
  for (let index = 13; index < end; index += 1) {
    if (TEXT_BYTE[text.charCodeAt(index)] !== 1) {
      throw new MalformedMessage(`a control byte in the status line ${quoted(text, 0, end)}`);
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

/** Notes the three fields that frame a message; only names of these lengths can be one of them. */
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
  if (head.contentLength >= 0) throw new MalformedMessage('Content-Length is given twice');
  head.contentLength = parseContentLength(value);
}

/** We never ask for another coding, so anything but one `chunked` leaves the end of the body unknown. */
function readTransferEncoding(head: Head, value: string): void {
  if (head.chunked) throw new MalformedMessage('Transfer-Encoding is given twice');
  if (value.toLowerCase() !== 'chunked') {
    throw new MalformedMessage(`Transfer-Encoding is ${quoted(value, 0, value.length)}`);
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
