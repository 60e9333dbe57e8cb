const END_OF_HEAD = '\r\n\r\n';

/** Finds the requests in what a connection carries. Bodies count, their bytes do not. */
export class Requests {
  readonly #onRequest: (head: string) => void;
  /** The start of a head whose end has not come. */
  #head: Buffer | undefined;
  /** How much of a body is still to come. */
  #body = 0;
  #requested = '';

  /** Calls back with the head of each request once its body has come. */
  constructor(onRequest: (head: string) => void) {
    this.#onRequest = onRequest;
  }

  /** Throws on a body whose length is not told. */
  read(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) rest = this.#body > 0 ? this.#readBody(rest) : this.#readHead(rest);
  }

  #readBody(chunk: Buffer): Buffer {
    const taken = Math.min(this.#body, chunk.length);
    this.#body -= taken;
    if (this.#body === 0) this.#onRequest(this.#requested);
    return chunk.subarray(taken);
  }

  #readHead(chunk: Buffer): Buffer {
    const joined = this.#head === undefined ? chunk : Buffer.concat([this.#head, chunk]);
    const end = joined.indexOf(END_OF_HEAD);
    if (end < 0) {
      this.#head = joined;
      return joined.subarray(joined.length);
    }
    this.#head = undefined;
    this.#requested = joined.toString('latin1', 0, end + 2);
    this.#body = this.#requested.startsWith('GET ') ? 0 : lengthOf(this.#requested);
    if (this.#body === 0) this.#onRequest(this.#requested);
    return joined.subarray(end + END_OF_HEAD.length);
  }
}

function lengthOf(head: string): number {
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
  if (length === undefined) throw new Error('a request body without Content-Length');
  return Number(length);
}
