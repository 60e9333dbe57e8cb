const END_OF_HEAD = '\r\n\r\n';

/** A complete answer. */
export interface Answer {
  readonly status: number;
  /** Status line and header lines. */
  readonly head: string;
  readonly body: Buffer;
}

/** Reads the answers of one HTTP/1.1 connection, one after the other, framed by length or in chunks. */
export class AnswerReader {
  readonly #onAnswer: (answer: Answer) => void;
  #chunks: Buffer[] = [];
  #have = 0;
  /** How many bytes there must be before another look pays. */
  #need = 1;

  constructor(onAnswer: (answer: Answer) => void) {
    this.#onAnswer = onAnswer;
  }

  /** Whether part of an answer has come. */
  get inside(): boolean {
    return this.#have > 0;
  }

  /** Throws on an answer that is no HTTP. */
  read(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#have += chunk.length;
    while (this.#have > 0 && this.#have >= this.#need) {
      const all = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
      const end = this.#take(all);
      const rest = all.subarray(end);
      this.#chunks = rest.length > 0 ? [rest] : [];
      this.#have = rest.length;
      if (end === 0) return;
      this.#need = 1;
    }
  }

  /** Takes an answer off the front, if it is complete. Returns how many bytes it had, or 0. */
  #take(bytes: Buffer): number {
    const headEnd = bytes.indexOf(END_OF_HEAD);
    if (headEnd < 0) {
      this.#need = this.#have + 1;
      return 0;
    }
    const head = bytes.toString('latin1', 0, headEnd + 2);
    const status = Number(/^HTTP\/1\.1 (\d{3})[ \r]/.exec(head)?.[1] ?? Number.NaN);
    if (Number.isNaN(status)) throw new Error(`no HTTP/1.1 answer: ${JSON.stringify(head.slice(0, 80))}`);
    const start = headEnd + END_OF_HEAD.length;
    const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
    if (length === undefined) return this.#takeChunked(bytes, start, status, head);
    const end = start + Number(length);
    if (end > bytes.length) {
      this.#need = end;
      return 0;
    }
    this.#onAnswer({ status, head, body: bytes.subarray(start, end) });
    return end;
  }

  #takeChunked(bytes: Buffer, start: number, status: number, head: string): number {
    if (!/\r\ntransfer-encoding: *chunked\r\n/i.test(head)) throw new Error('an answer without a length');
    const pieces: Buffer[] = [];
    for (let at = start; ; ) {
      const lineEnd = bytes.indexOf('\r\n', at);
      const size = lineEnd < 0 ? Number.NaN : Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
      const end = lineEnd + 2 + size;
      if (!(end + 2 <= bytes.length)) {
        this.#need = this.#have + 1;
        return 0;
      }
      if (size === 0) {
        this.#onAnswer({ status, head, body: Buffer.concat(pieces) });
        return end + 2;
      }
      pieces.push(bytes.subarray(lineEnd + 2, end));
      at = end + 2;
    }
  }
}
