import { type ClientFraming, NO_BODY } from '../client-framing.js';
import type { ClientRequestHead } from '../client-stream.js';
import { CR, DIGIT_0, SPACE } from './field-syntax.js';
import { type FieldVisitor, parseContentLength, parseFields } from './fields.js';
import { MalformedMessage, quoted } from './malformed.js';

const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
const DASH = 0x2d;
const UNDERSCORE = 0x5f;
const DOT = 0x2e;

/** The first line of a request. */
interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly major: number;
  readonly minor: number;
}

/** The head of an HTTP/1.x request with what it says of its body and its connection (RFC 9112, 6 and 9.3). */
export class RequestHead implements ClientRequestHead, FieldVisitor {
  readonly method: string;
  readonly target: string;
  readonly version: '1.0' | '1.1';
  readonly versionUnsupported: boolean;
  /** What is malformed is refused before there is a head. */
  readonly malformed = false;
  readonly rawHeaders: string[] = [];
  framing: ClientFraming = NO_BODY;
  connection: string | undefined = undefined;
  longestLine = 0;
  upgrade = false;
  /** Whether the client waits for a 100 before it sends the body (RFC 9110, 10.1.1). */
  expectsContinue = false;
  /** Whether the client lets the connection carry another request. */
  persistent = true;
  #length = -1;
  #coding: string | undefined;
  #upgradeTo: string | undefined;

  constructor({ method, target, major, minor }: RequestLine) {
    this.method = method;
    this.target = target;
    this.version = minor === 0 && major === 1 ? '1.0' : '1.1';
    this.versionUnsupported = major > 1;
  }

  /** Only names of these lengths can be one of the fields that matter here. */
  onField(name: string, value: string): void {
    const length = name.length + value.length;
    if (length > this.longestLine) this.longestLine = length;
    switch (name.length) {
      case 6:
        if (name.toLowerCase() === 'expect') this.expectsContinue ||= value.toLowerCase() === '100-continue';
        return;
      case 7:
        if (name.toLowerCase() === 'upgrade') this.#upgradeTo ??= value;
        return;
      case 10:
        if (name.toLowerCase() === 'connection')
          this.connection = this.connection === undefined ? value : `${this.connection}, ${value}`;
        return;
      case 14:
        if (name.toLowerCase() === 'content-length') this.#readLength(value);
        return;
      case 17:
        if (name.toLowerCase() === 'transfer-encoding') this.#readCoding(value);
        return;
      default:
    }
  }

  /** Draws the conclusions, once all fields are read. Throws MalformedMessage. */
  conclude(): void {
    this.framing = this.#concludeFraming();
    // Where a body of an unknown coding ends cannot be told, nor where the next request begins (RFC 9112, 6.3).
    const followed = !this.versionUnsupported && this.framing.kind !== 'unsupported';
    this.persistent = followed && this.#concludePersistence();
    if (this.version === '1.0') this.expectsContinue = false;
    this.upgrade =
      this.#upgradeTo?.toLowerCase() === 'websocket' &&
      optionsOf(this.connection ?? '').includes('upgrade') &&
      (this.framing.kind === 'none' || (this.framing.kind === 'length' && this.framing.length === 0));
  }

  /** One of digits alone; a second one is refused even when equal. */
  #readLength(value: string): void {
    if (this.#length >= 0) throw new MalformedMessage('Content-Length is given twice');
    this.#length = parseContentLength(value);
  }

  #readCoding(value: string): void {
    if (this.#coding !== undefined) throw new MalformedMessage('Transfer-Encoding is given twice');
    this.#coding = value.toLowerCase();
  }

  /** RFC 9112, 6.3. What two servers might read differently is refused: that is how requests are smuggled. */
  #concludeFraming(): ClientFraming {
    const coding = this.#coding;
    if (coding === undefined) return this.#length < 0 ? NO_BODY : { kind: 'length', length: this.#length };
    if (this.#length >= 0) throw new MalformedMessage('both Content-Length and Transfer-Encoding are given');
    if (this.version === '1.0') throw new MalformedMessage('Transfer-Encoding in an HTTP/1.0 request');
    if (coding === 'chunked') return { kind: 'chunked' };
    // Nobody may apply chunked twice (RFC 9112, 6.1).
    if (optionsOf(coding).filter((option) => option === 'chunked').length > 1)
      throw new MalformedMessage(`Transfer-Encoding is ${quoted(coding, 0, coding.length)}`);
    return { kind: 'unsupported' };
  }

  #concludePersistence(): boolean {
    const { connection } = this;
    if (connection === undefined) return this.version === '1.1';
    if (connection === 'keep-alive') return true;
    const options = optionsOf(connection);
    return !options.includes('close') && (this.version === '1.1' || options.includes('keep-alive'));
  }
}

/** The members of a list, in lower case. */
function optionsOf(list: string): readonly string[] {
  return list
    .toLowerCase()
    .split(',')
    .map((option) => option.trim());
}

/**
 * Parses a whole head, from the request line to the empty line, given as latin1 text. Strict (RFC 9112, 3 to 6):
 * throws MalformedMessage for anything that two servers might read in two ways, a bare LF included.
 */
export function parseRequestHead(text: string, maxFields: number): RequestHead {
  const lineFeed = text.indexOf('\n');
  const head = new RequestHead(parseRequestLine(text, lineFeed));
  if (!parseFields(text, lineFeed + 1, head.rawHeaders, maxFields, head)) {
    throw new MalformedMessage('a header line does not end in CRLF');
  }
  head.conclude();
  return head;
}

/** `method SP request-target SP HTTP/1.DIGIT CRLF`. Methods are upper case, and spaces may be several, as in Kong. */
export function parseRequestLine(text: string, lineFeed: number): RequestLine {
  const end = lineFeed - 1;
  const versionAt = end - 8;
  let methodEnd = 0;
  while (isMethodByte(text.charCodeAt(methodEnd))) methodEnd += 1;
  let targetAt = methodEnd;
  while (text.charCodeAt(targetAt) === SPACE) targetAt += 1;
  let targetEnd = versionAt;
  while (targetEnd > targetAt && text.charCodeAt(targetEnd - 1) === SPACE) targetEnd -= 1;
  const spaced = methodEnd > 0 && targetAt > methodEnd && targetEnd > targetAt && targetEnd < versionAt;
  if (!spaced || text.charCodeAt(end) !== CR) throw badLine(text, end);
  for (let index = targetAt; index < targetEnd; index += 1) {
    const byte = text.charCodeAt(index);
    if (byte <= SPACE || byte >= 0x7f) throw badLine(text, end);
  }
  const major = text.charCodeAt(versionAt + 5) - DIGIT_0;
  const minor = text.charCodeAt(versionAt + 7) - DIGIT_0;
  const known = text.startsWith('HTTP/', versionAt) && text.charCodeAt(versionAt + 6) === DOT;
  if (!known || !isDigit(major) || !isDigit(minor) || major === 0) throw badLine(text, end);
  return { method: text.slice(0, methodEnd), target: text.slice(targetAt, targetEnd), major, minor };
}

/** Whether a byte may stand in a method: upper case letters, `-` and `_`, as in Kong. */
export function isMethodByte(byte: number): boolean {
  return (byte >= UPPER_A && byte <= UPPER_Z) || byte === DASH || byte === UNDERSCORE;
}

function isDigit(value: number): boolean {
  return value >= 0 && value <= 9;
}

function badLine(text: string, end: number): MalformedMessage {
  return new MalformedMessage(`the request line is ${quoted(text, 0, Math.max(0, end))}`);
}
