import type { IncomingMessage } from 'node:http';
import type { UpstreamBody } from './transport/transport.js';
import type { Framing } from './upstream-head.js';

/** How much of a buffered body is held in memory; a longer one is streamed from there on. */
const BUFFER_LIMIT = 1024 * 1024;
/** How much of a streamed body is kept until the upstream answers, to repeat it where no connection came about. */
const REPLAY_LIMIT = 64 * 1024;
/** Milliseconds between two reads of a body (nginx's client_body_timeout). */
const BODY_TIMEOUT = 60_000;

/** What the client's head says of its body (RFC 9112, 6). */
export type ClientFraming = Framing | { readonly kind: 'unsupported' };

/** Reads the framing of a request that Node's parser has let through. */
export function clientFraming(req: IncomingMessage): ClientFraming {
  const coding = req.headers['transfer-encoding'];
  if (coding !== undefined)
    return { kind: coding.trim().toLowerCase() === 'chunked' ? 'chunked' : 'unsupported' };
  const length = req.headers['content-length'];
  return length === undefined ? { kind: 'none' } : { kind: 'length', length };
}

/** Who takes a body: pieces while it streams, and its end. */
export interface BodySink {
  /** Returns false to ask for a pause until `resume`. */
  onBody(chunk: Buffer): boolean;
  onBodyEnd(rawTrailers: readonly string[]): void;
}

/** The body of a client's request: read ahead into memory while it is small, handed on in pieces otherwise. */
export class RequestBody {
  readonly #req: IncomingMessage;
  /** The client stopped sending. */
  readonly #onFault: () => void;
  #chunks: Buffer[] = [];
  #held = 0;
  #ended = false;
  /** Whether all that was read of the body is still held. */
  #complete = true;
  #sink: BodySink | undefined;
  #whenReady: (() => void) | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(req: IncomingMessage, onFault: () => void) {
    this.#req = req;
    this.#onFault = onFault;
    this.#timer = setTimeout(() => this.#onTimeout(), BODY_TIMEOUT);
    req.on('data', (chunk: Buffer) => this.#onData(chunk));
    req.on('end', () => this.#onEnd());
    req.on('close', () => clearTimeout(this.#timer));
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
  outgoing(framing: Framing): { readonly framing: Framing; readonly body: UpstreamBody } {
    if (this.#ended && this.#complete && this.#req.rawTrailers.length === 0) {
      const whole = this.#joined();
      return {
        framing: { kind: 'length', length: String(whole.length) },
        body: { kind: 'whole', bytes: whole },
      };
    }
    return { framing, body: { kind: framing.kind === 'length' ? 'length' : 'chunked' } };
  }

  /** Hands what is held to `sink` and streams the rest to it. */
  stream(sink: BodySink): void {
    this.#sink = sink;
    let flowing = true;
    for (const chunk of this.#chunks) flowing = sink.onBody(chunk) && flowing;
    this.#forgetBeyond(REPLAY_LIMIT);
    if (this.#ended) sink.onBodyEnd(this.#req.rawTrailers);
    else if (flowing) this.#req.resume();
    else this.#req.pause();
  }

  resume(): void {
    if (!this.#ended) this.#req.resume();
  }

  /** Reads the rest of the body away, so that the connection can carry the next request. */
  discard(): void {
    clearTimeout(this.#timer);
    this.#sink = undefined;
    this.#whenReady = undefined;
    this.#forgetBeyond(0);
    this.#req.removeAllListeners('data');
    this.#req.resume();
  }

  #onData(chunk: Buffer): void {
    this.#timer.refresh();
    this.#held += chunk.length;
    if (this.#complete) this.#chunks.push(chunk);
    if (this.#sink !== undefined) {
      this.#forgetBeyond(REPLAY_LIMIT);
      if (!this.#sink.onBody(chunk)) this.#req.pause();
    } else if (this.#held >= BUFFER_LIMIT) {
      this.#req.pause();
      this.#ready();
    }
  }

  #forgetBeyond(limit: number): void {
    if (this.#held <= limit) return;
    this.#complete = false;
    this.#chunks = [];
  }

  /** Only a client that keeps us waiting is at fault, not an upstream that reads slowly. */
  #onTimeout(): void {
    if (this.#req.isPaused()) this.#timer.refresh();
    else this.#onFault();
  }

  #onEnd(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    if (this.#sink !== undefined) this.#sink.onBodyEnd(this.#req.rawTrailers);
    else this.#ready();
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
