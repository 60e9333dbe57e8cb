import { ChunkExtension } from './chunk-extension.js';
import { CR, LF, SEMICOLON } from './field-syntax.js';
import { parseTrailers } from './fields.js';
import { HeadReader } from './head-reader.js';
import { MalformedMessage } from './malformed.js';

/** Chunk extensions mean nothing to anybody; more than this of them in one body is an attack (CVE-2024-22019). */
const MAX_EXTENSION_BYTES = 16_384;
/** Enough for every size that can be counted exactly, with leading zeros. */
const MAX_SIZE_DIGITS = 16;

type State = 'size' | 'extension' | 'size_lf' | 'payload' | 'payload_cr' | 'payload_lf' | 'trailers' | 'done';

/**
 * Takes chunked framing (RFC 9112 7.1) off a body. Strict: sizes are hex digits alone, every line ends in CRLF,
 * extensions are well-formed. Pure: `read` reports one piece of the body at a time in `from` and `to`.
 */
export class ChunkedDecoder {
  readonly #trailerReader: HeadReader;
  readonly #maxFields: number;
  readonly #extension = new ChunkExtension();
  #state: State = 'size';
  #size = 0;
  #digits = 0;
  #extensionBytes = 0;
  #rawTrailers: readonly string[] = [];
  #failure: unknown;
  /** Where the piece found by the last `read` lies; equal when it found none. */
  from = 0;
  to = 0;

  constructor(maxTrailerBytes: number, maxFields: number) {
    this.#trailerReader = new HeadReader(maxTrailerBytes, 'trailers');
    this.#maxFields = maxFields;
  }

  /** What the last `readAll` ran into, if anything. */
  get failure(): unknown {
    return this.#failure;
  }

  get done(): boolean {
    return this.#state === 'done';
  }

  /** Names and values in turn, once the body is done. */
  get rawTrailers(): readonly string[] {
    return this.#rawTrailers;
  }

  /** Makes ready for another body. */
  reset(): void {
    this.#trailerReader.reset();
    this.#state = 'size';
    this.#size = 0;
    this.#digits = 0;
    this.#extensionBytes = 0;
    this.#rawTrailers = [];
  }

  /**
   * Reads from `start` until a piece of the body is found, the body is done or `end` is reached, and returns the
   * offset it got to. Throws MalformedMessage.
   */
  read(bytes: Buffer, start: number, end: number): number {
    this.from = 0;
    this.to = 0;
    let at = start;
    while (at < end && this.#state !== 'done') {
      if (this.#state === 'payload') return this.#readPayload(at, end);
      if (this.#state === 'trailers') return this.#readTrailers(bytes, at, end);
      this.#readFraming(bytes[at] ?? 0);
      at += 1;
    }
    return at;
  }

  /**
   * Reads all that is there of the body. The pieces of all chunks that came together are moved next to each other,
   * and lie between `from` and `to`. Returns the offset it got to; a fault is kept in `failure`, so that what came
   * before it is not lost.
   */
  readAll(bytes: Buffer, start: number, end: number): number {
    let at = start;
    let from = start;
    let to = start;
    this.#failure = undefined;
    try {
      while (at < end && this.#state !== 'done') {
        at = this.read(bytes, at, end);
        if (to === from) {
          from = this.from;
          to = this.to;
        } else if (this.to > this.from) {
          bytes.copyWithin(to, this.from, this.to);
          to += this.to - this.from;
        }
      }
    } catch (error) {
      this.#failure = error;
    }
    this.from = from;
    this.to = to;
    return at;
  }

  #readPayload(at: number, end: number): number {
    const length = Math.min(this.#size, end - at);
    this.from = at;
    this.to = at + length;
    this.#size -= length;
    if (this.#size === 0) this.#state = 'payload_cr';
    return this.to;
  }

  #readTrailers(bytes: Buffer, at: number, end: number): number {
    const after = this.#trailerReader.read(bytes, at, end);
    if (after === -1) return end;
    const text = this.#trailerReader.take(bytes, at, after);
    // Nearly every body ends without trailers.
    this.#rawTrailers = text === '\r\n' ? [] : parseTrailers(text, this.#maxFields);
    this.#state = 'done';
    return after;
  }

  #readFraming(byte: number): void {
    switch (this.#state) {
      case 'size':
        this.#readSize(byte);
        return;
      case 'extension':
        this.#readExtension(byte);
        return;
      case 'size_lf':
        if (byte !== LF) throw new MalformedMessage('the line of a chunk size does not end in CRLF');
        this.#digits = 0;
        this.#state = this.#size === 0 ? 'trailers' : 'payload';
        return;
      default:
        if (byte !== (this.#state === 'payload_cr' ? CR : LF)) {
          throw new MalformedMessage('a chunk is longer than its size');
        }
        this.#state = this.#state === 'payload_cr' ? 'payload_lf' : 'size';
    }
  }

  #readSize(byte: number): void {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      this.#size = this.#size * 16 + digit;
      this.#digits += 1;
      if (this.#digits > MAX_SIZE_DIGITS || this.#size > Number.MAX_SAFE_INTEGER) {
        throw new MalformedMessage('a chunk size is too large');
      }
      return;
    }
    if (this.#digits === 0 || (byte !== CR && byte !== SEMICOLON)) {
      throw new MalformedMessage('a chunk size is not hexadecimal digits alone');
    }
    this.#extension.begin();
    this.#state = byte === CR ? 'size_lf' : 'extension';
  }

  #readExtension(byte: number): void {
    this.#extensionBytes += 1;
    if (this.#extensionBytes > MAX_EXTENSION_BYTES)
      throw new MalformedMessage('the chunk extensions are too long');
    if (byte === CR && this.#extension.complete) this.#state = 'size_lf';
    else if (!this.#extension.read(byte))
      throw new MalformedMessage('a chunk extension is not `;name=value`');
  }
}

/** The value of a hexadecimal digit, or -1. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
