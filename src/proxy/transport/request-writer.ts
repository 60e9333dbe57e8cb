import type { Socket } from 'node:net';
import { contentLengthOf, encodingOf, serializeFields, serializeHead } from './request-head.js';
import type { UpstreamRequest } from './transport.js';
import { UpstreamError } from './upstream-error.js';

/** A whole body up to this size goes out joined with its head; a larger one follows in pieces of this size. */
const PIECE_BYTES = 65_536;
/** With this much waiting to be written, the source of a streamed body is asked to pause. */
const HIGH_WATER_BYTES = 131_072;

/**
 * Writes one request after the other to a socket whose `writableHighWaterMark` is 1, so that its 'drain' means that
 * the kernel has taken everything.
 */
export class RequestWriter {
  readonly #socket: Socket;
  #request: UpstreamRequest | undefined;
  /** False until the connection is open: what comes of a streamed body before that waits in `early`. */
  #begun = false;
  #early: Buffer[] = [];
  #earlyEnd: { readonly rawTrailers: readonly string[] | undefined } | undefined;
  /** How much of a whole body has been written. */
  #written = 0;
  /** What may still come of a body with a Content-Length. */
  #allowed = Number.POSITIVE_INFINITY;
  #ended = false;
  #corked = false;
  #wantsDrain = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Whether the kernel has taken the whole request. */
  get sent(): boolean {
    return this.#ended && this.pending === 0;
  }

  /** Bytes that the kernel has not taken yet. */
  get pending(): number {
    return this.#socket.writableLength;
  }

  /** Bytes of the connection that the kernel has taken; it grows as long as the upstream reads. */
  get flushed(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  /** Takes the next request. Nothing is written before `begin`. */
  accept(request: UpstreamRequest): void {
    this.#request = request;
    this.#begun = false;
    this.#ended = false;
    this.#wantsDrain = false;
  }

  /** Writes the head, and of the body what is there. */
  begin(request: UpstreamRequest): void {
    const body = request.body;
    const head = serializeHead(request);
    this.#begun = true;
    this.#ended = body.kind === 'none' || body.kind === 'tunnel';
    if (this.#ended) this.#socket.write(head, encodingOf(head));
    else if (body.kind === 'whole') this.#beginWhole(head, body.bytes);
    else {
      this.#allowed =
        body.kind === 'chunked'
          ? Number.POSITIVE_INFINITY
          : (contentLengthOf(request.rawHeaders) ?? Number.POSITIVE_INFINITY);
      this.#cork();
      this.#socket.write(head, encodingOf(head));
      this.#writeEarly();
    }
  }

  /** Takes raw bytes behind a switch of protocols. Returns false when the source should wait for `drained`. */
  writeRaw(chunk: Buffer): boolean {
    if (chunk.length === 0) return true;
    this.#cork();
    this.#socket.write(chunk);
    this.#wantsDrain = this.pending >= HIGH_WATER_BYTES;
    return !this.#wantsDrain;
  }

  /** Takes a piece of a streamed body. Returns false when the source should wait for `drained` to say true. */
  write(chunk: Buffer): boolean {
    const kind = this.#request?.body.kind;
    if (this.#ended || chunk.length === 0 || (kind !== 'chunked' && kind !== 'length')) return true;
    if (!this.#begun) {
      if (this.#earlyEnd === undefined) this.#early.push(chunk);
      this.#wantsDrain = true;
      return false;
    }
    this.#cork();
    if (kind === 'chunked') {
      this.#socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1');
      this.#socket.write(chunk);
      this.#socket.write('\r\n', 'latin1');
    } else {
      this.#writeCounted(chunk);
    }
    this.#wantsDrain = this.pending >= HIGH_WATER_BYTES;
    return !this.#wantsDrain;
  }

  /** Ends a streamed body. */
  end(rawTrailers: readonly string[] | undefined): void {
    const kind = this.#request?.body.kind;
    if (this.#ended || (kind !== 'chunked' && kind !== 'length')) return;
    if (!this.#begun) {
      this.#earlyEnd ??= { rawTrailers };
      return;
    }
    this.#ended = true;
    if (kind === 'chunked') {
      this.#cork();
      const last = `0\r\n${serializeFields(rawTrailers ?? [])}\r\n`;
      this.#socket.write(last, encodingOf(last));
    } else if (this.#allowed !== Number.POSITIVE_INFINITY && this.#allowed > 0) {
      // Left open, the connection would take the next request for the rest of this body.
      this.#refuse(`ended ${this.#allowed} bytes short of its Content-Length`);
    }
  }

  /** To be called when the socket drains. Returns true once when the source of a streamed body waits for it. */
  drained(): boolean {
    if (this.#request?.body.kind === 'whole') this.#continueWhole(this.#request.body.bytes);
    const wanted = this.#wantsDrain && this.pending === 0;
    if (wanted) this.#wantsDrain = false;
    return wanted;
  }

  /** One write, and so one packet, for a head and a small body. */
  #beginWhole(head: string, bytes: Buffer): void {
    const encoding = encodingOf(head);
    const headBytes = encoding === 'latin1' ? head.length : Buffer.byteLength(head);
    const first = Math.min(bytes.length, PIECE_BYTES);
    const joined = Buffer.allocUnsafe(headBytes + first);
    joined.write(head, 0, encoding);
    bytes.copy(joined, headBytes, 0, first);
    this.#socket.write(joined);
    this.#written = first;
    this.#continueWhole(bytes);
  }

  /** Pieces go out as the kernel takes them, so that progress shows. */
  #continueWhole(bytes: Buffer): void {
    while (this.#written < bytes.length && this.pending === 0 && !this.#socket.destroyed) {
      const end = Math.min(bytes.length, this.#written + PIECE_BYTES);
      this.#socket.write(bytes.subarray(this.#written, end));
      this.#written = end;
    }
    this.#ended = this.#written === bytes.length;
  }

  /** What exceeds the Content-Length would be read as another request. */
  #writeCounted(chunk: Buffer): void {
    if (chunk.length > this.#allowed) {
      this.#refuse('is longer than its Content-Length');
      return;
    }
    this.#allowed -= chunk.length;
    this.#socket.write(chunk);
  }

  #writeEarly(): void {
    const wanted = this.#wantsDrain;
    const end = this.#earlyEnd;
    const early = this.#early;
    this.#early = [];
    this.#earlyEnd = undefined;
    for (const chunk of early) this.write(chunk);
    if (end !== undefined) this.end(end.rawTrailers);
    this.#wantsDrain ||= wanted;
  }

  #refuse(what: string): void {
    this.#socket.destroy(new UpstreamError('closed', 'request', `the body of the request ${what}`));
  }

  /**
   * Holds streamed writes back to the end of this turn of the event loop: they leave together, and after reads. An
   * answer that is there already, from an upstream that refused the body and closed, is then read before a write
   * fails and discards it.
   */
  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#socket.cork();
    setImmediate(this.#uncork);
  }

  readonly #uncork = (): void => {
    this.#corked = false;
    this.#socket.uncork();
  };
}
