/** What one read takes at most; Node's own reads are of this size. */
export const READ_BYTES = 65_536;

/** From this size on, a piece is worth handing on with the buffer it lies in. */
const LARGE_BYTES = 16_384;

/**
 * Where a socket's reads go. Small reads go to a buffer that all sockets share, and what outlives the read is copied
 * out of it. A socket that fills it gets buffers of its own, which are handed on as they are.
 */
export class ReadBuffer {
  readonly #shared: Buffer | undefined;
  #current: Buffer;
  #handedOn = false;

  /** `shared` must be READ_BYTES long; without it the socket has a buffer of its own from the start. */
  constructor(shared: Buffer | undefined) {
    this.#shared = shared;
    this.#current = shared ?? Buffer.allocUnsafeSlow(READ_BYTES);
  }

  /** Where the last read went. */
  get current(): Buffer {
    return this.#current;
  }

  /** Takes bytes that were read otherwise in place of a read of its own. */
  give(bytes: Buffer): void {
    this.#current = bytes;
  }

  /** A piece of the last read that the caller may keep. */
  take(start: number, end: number): Buffer {
    if (end - start >= LARGE_BYTES && this.#current !== this.#shared) {
      this.#handedOn = true;
      return this.#current.subarray(start, end);
    }
    const copy = Buffer.allocUnsafe(end - start);
    this.#current.copy(copy, 0, start, end);
    return copy;
  }

  /** Where the next read goes, the last one having brought `length` bytes. A socket at rest needs no own buffer. */
  next(length: number, resting: boolean): Buffer {
    if (resting && this.#shared !== undefined) {
      this.#current = this.#shared;
    } else if (this.#current === this.#shared) {
      if (length === READ_BYTES) this.#current = Buffer.allocUnsafeSlow(READ_BYTES);
    } else if (this.#shared !== undefined && length < LARGE_BYTES) {
      this.#current = this.#shared;
    } else if (this.#handedOn) {
      this.#current = Buffer.allocUnsafeSlow(READ_BYTES);
    }
    this.#handedOn = false;
    return this.#current;
  }
}
