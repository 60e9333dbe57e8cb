import { CR, LF } from './field-syntax.js';
import { OversizedMessage } from './malformed.js';

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
  readonly #section: 'head' | 'trailers';
  #scan = IN_LINE;
  #gathered: Buffer | undefined;
  #length = 0;

  /** `maxBytes`: of the section, its empty line included. */
  constructor(maxBytes: number, section: 'head' | 'trailers') {
    this.#maxBytes = maxBytes;
    this.#section = section;
    this.reset();
  }

  /** Forgets what was gathered. */
  reset(): void {
    this.#scan = this.#section === 'head' ? IN_LINE : AFTER_LF;
    this.#gathered = undefined;
    this.#length = 0;
  }

  /**
   * Looks for the end of the section in `bytes` from `start` to `end`. Returns the offset behind it, or -1 when
   * more is needed. Throws OversizedMessage when it grows too large.
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
    if (this.#length + at - start > this.#maxBytes) {
      throw new OversizedMessage(`its head or trailers are larger than ${this.#maxBytes} bytes`);
    }
    if (!found || this.#gathered !== undefined) this.#gather(bytes, start, at);
    return found ? at : -1;
  }

  /** What has been gathered of a section that goes on. */
  get gathered(): string {
    return this.#gathered?.toString('latin1', 0, this.#length) ?? '';
  }

  /** How many bytes have been gathered of a section that goes on. */
  get length(): number {
    return this.#length;
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
