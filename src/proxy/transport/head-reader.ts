import { CR, LF } from './field-syntax.js';
import { malformed } from './response-head.js';
import type { UpstreamPhase } from './upstream-error.js';

const PREFIX = Buffer.from('HTTP/1.', 'latin1');

/** Where in a line ending the scan stands; an empty line is what ends the section. */
const IN_LINE = 0;
const AFTER_LF = 1;
const AFTER_LF_CR = 2;

/**
 * Gathers the bytes of a head or a trailer section, however they are split, up to its empty line. Every byte is
 * looked at once; a section that comes in one piece is never copied.
 */
export class HeadReader {
  readonly #maxBytes: number;
  readonly #phase: UpstreamPhase;
  #scan = IN_LINE;
  #gathered: Buffer | undefined;
  #length = 0;

  /** `maxBytes`: of the section, its empty line included. */
  constructor(maxBytes: number, phase: 'head' | 'body') {
    this.#maxBytes = maxBytes;
    this.#phase = phase;
    this.reset();
  }

  /** Forgets what was gathered. */
  reset(): void {
    this.#scan = this.#phase === 'head' ? IN_LINE : AFTER_LF;
    this.#gathered = undefined;
    this.#length = 0;
  }

  /**
   * Looks for the end of the section in `bytes` from `start` to `end`. Returns the offset behind it, or -1 when
   * more is needed. Throws an UpstreamError `malformed` when it grows too large or does not begin like HTTP/1.x.
   */
  read(bytes: Buffer, start: number, end: number): number {
    let scan = this.#scan;
    let at = start;
    let found = false;
    while (at < end && !found) {
      const byte = bytes[at];
      at += 1;
      if (byte === LF) {
        found = scan !== IN_LINE;
        scan = AFTER_LF;
      } else scan = byte === CR && scan === AFTER_LF ? AFTER_LF_CR : IN_LINE;
    }
    this.#scan = scan;
    if (this.#phase === 'head' && this.#length < PREFIX.length) this.#checkPrefix(bytes, start, at);
    if (this.#length + at - start > this.#maxBytes) {
      throw malformed(this.#phase, `its head or trailers are larger than ${this.#maxBytes} bytes`);
    }
    if (!found || this.#gathered !== undefined) this.#gather(bytes, start, at);
    return found ? at : -1;
  }

  /** The section that just ended, `read` having been given these arguments and returned `end`. */
  take(bytes: Buffer, start: number, end: number): string {
    const gathered = this.#gathered;
    const text =
      gathered === undefined
        ? bytes.toString('latin1', start, end)
        : gathered.toString('latin1', 0, this.#length);
    this.reset();
    return text;
  }

  /** What speaks another protocol is told at its first bytes, not when the read times out. */
  #checkPrefix(bytes: Buffer, start: number, end: number): void {
    const missing = Math.min(PREFIX.length - this.#length, end - start);
    for (let index = 0; index < missing; index += 1) {
      if (bytes[start + index] !== PREFIX[this.#length + index]) {
        throw malformed('head', 'it does not begin with HTTP/1.0 or HTTP/1.1');
      }
    }
  }

  /** The store doubles, so that a head sent byte by byte is not copied once a byte. */
  #gather(bytes: Buffer, start: number, end: number): void {
    const length = this.#length + end - start;
    let store = this.#gathered;
    if (store === undefined || store.length < length) {
      const larger = Buffer.allocUnsafe(Math.max(1024, 2 * length));
      if (store !== undefined) store.copy(larger, 0, 0, this.#length);
      store = larger;
    }
    bytes.copy(store, this.#length, start, end);
    this.#gathered = store;
    this.#length = length;
  }
}
