/** A status line and much more than any server sends in one. */
const MAX_BYTES = 8_192;
const LINE_FEED = 0x0a;
/** RFC 9112 4, with the reason and the space before it left out by some. */
const STATUS_LINE = /^HTTP\/\d\.\d ([1-9]\d\d)(?: [^\r]*)?\r?$/;

/** Reads the status of an answer from its first line, whatever pieces that comes in. */
export class StatusLineReader {
  #read = Buffer.alloc(0);

  /** The status, 0 when the line is no status line or too long, undefined while it is not complete. */
  read(bytes: Buffer): number | undefined {
    const end = bytes.indexOf(LINE_FEED);
    if (this.#read.length + (end === -1 ? bytes.length : end) > MAX_BYTES) return 0;
    if (end === -1) {
      this.#read = Buffer.concat([this.#read, bytes]);
      return undefined;
    }
    const line = Buffer.concat([this.#read, bytes.subarray(0, end)]).toString('latin1');
    return Number(STATUS_LINE.exec(line)?.[1] ?? 0);
  }
}
