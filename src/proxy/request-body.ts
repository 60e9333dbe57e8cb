import type { ClientFraming } from './client-framing.js';
import type { ClientBodySink, ClientStream } from './client-stream.js';
import type { UpstreamBody } from './transport/transport.js';
import type { Framing } from './upstream-head.js';

/** How much of a buffered body is held in memory; a longer one is streamed from there on. */
const BUFFER_LIMIT = 1024 * 1024;
/** How much of a streamed body is kept until the upstream answers, to repeat it where no connection came about. */
const REPLAY_LIMIT = 64 * 1024;

/** Who takes a body: pieces while it streams, and its end. */
export interface BodySink {
  /** Returns false to ask for a pause until `resume`. */
  onBody(chunk: Buffer): boolean;
  onBodyEnd(rawTrailers: readonly string[]): void;
  /** The rest of the body will never come. */
  onBodyFault(fault: 'malformed' | 'timeout'): void;
}

/** The body of a client's request: read ahead into memory while it is small, handed on in pieces otherwise. */
export class RequestBody implements ClientBodySink {
  readonly #stream: ClientStream;
  readonly #sink: BodySink;
  #chunks: Buffer[] = [];
  #held = 0;
  #ended = false;
  #rawTrailers: readonly string[] = [];
  /** Whether all that was read of the body is still held. */
  #complete = true;
  #streaming = false;
  #whenReady: (() => void) | undefined;

  /** Begins to read at once. */
  constructor(stream: ClientStream, sink: BodySink) {
    this.#stream = stream;
    this.#sink = sink;
    stream.readBody(this);
  }

  /** Calls back once the body is complete or has outgrown the buffer. */
  buffer(ready: () => void): void {
    this.#whenReady = ready;
  }

  /** Whether the body can be sent a second time from its start. */
  get repeatable(): boolean {
    return this.#complete;
  }

  /** How to send the body on: whole with its length where it is complete, else framed as the client framed it. */
  outgoing(framing: ClientFraming): { readonly framing: Framing; readonly body: UpstreamBody } {
    if (this.#ended && this.#complete && this.#rawTrailers.length === 0) {
      const whole = this.#joined();
      return {
        framing: { kind: 'length', length: String(whole.length) },
        body: { kind: 'whole', bytes: whole },
      };
    }
    return framing.kind === 'length'
      ? { framing: { kind: 'length', length: String(framing.length) }, body: { kind: 'length' } }
      : { framing: { kind: 'chunked' }, body: { kind: 'chunked' } };
  }

  /** Hands what is held to the sink and streams the rest to it. */
  stream(): void {
    this.#streaming = true;
    let flowing = true;
    for (const chunk of this.#chunks) flowing = this.#sink.onBody(chunk) && flowing;
    this.#forgetBeyond(REPLAY_LIMIT);
    if (this.#ended) this.#sink.onBodyEnd(this.#rawTrailers);
    else if (flowing) this.#stream.resumeBody();
    else this.#stream.pauseBody();
  }

  resume(): void {
    if (!this.#ended) this.#stream.resumeBody();
  }

  /** Reads the rest of the body away, so that the connection can carry the next request. */
  discard(): void {
    this.#whenReady = undefined;
    this.#forgetBeyond(0);
    this.#stream.discardBody();
  }

  onBody(chunk: Buffer): void {
    this.#held += chunk.length;
    if (this.#complete) this.#chunks.push(chunk);
    if (this.#streaming) {
      this.#forgetBeyond(REPLAY_LIMIT);
      if (!this.#sink.onBody(chunk)) this.#stream.pauseBody();
    } else if (this.#held >= BUFFER_LIMIT) {
      this.#stream.pauseBody();
      this.#ready();
    }
  }

  onBodyEnd(rawTrailers: readonly string[]): void {
    this.#ended = true;
    this.#rawTrailers = rawTrailers;
    if (this.#streaming) this.#sink.onBodyEnd(rawTrailers);
    else this.#ready();
  }

  onBodyFault(fault: 'malformed' | 'timeout'): void {
    this.#sink.onBodyFault(fault);
  }

  #forgetBeyond(limit: number): void {
    if (this.#held <= limit) return;
    this.#complete = false;
    this.#chunks = [];
  }

  #ready(): void {
    const ready = this.#whenReady;
    this.#whenReady = undefined;
    ready?.();
  }

  #joined(): Buffer {
    const [only] = this.#chunks;
    if (this.#chunks.length !== 1 || only === undefined) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }
}
