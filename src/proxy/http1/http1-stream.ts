import type {
  ClientBodySink,
  ClientObserver,
  ClientPeer,
  ClientRequestHead,
  ClientStream,
} from '../client-stream.js';
import { serializeFields } from '../transport/request-head.js';
import type { RequestHead } from './request-head.js';

/** A piece up to this size goes out in one string with what stands before it: it is cheaper to copy than to gather. */
const JOINED_BYTES = 8 * 1024;

/** The connection under a stream, as far as the stream needs it. */
export interface StreamCarrier {
  readonly peer: ClientPeer;
  /** No connection is kept any more. */
  readonly draining: boolean;
  /** Puts text in latin1 on the wire. Returns false when the client does not keep up. */
  writeText(text: string): boolean;
  writeBytes(bytes: Buffer): boolean;
  /** Holds writes back until `uncork`, so that they leave together. */
  cork(): void;
  uncork(): void;
  /** Goes on reading the body; `readBody` or `discardBody` has said where it goes. */
  readBody(): void;
  pauseBody(): void;
  /** The answer is complete. */
  answered(persistent: boolean): void;
  /** Ends the connection when all that was written is out. */
  closeSoon(): void;
  tunnel(): void;
}

type Mode = 'length' | 'chunked' | 'close' | 'bodyless' | 'tunnel';

/** One HTTP/1.x request on a client's connection, and its answer. Once that is over it cannot touch the connection. */
export class Http1Stream implements ClientStream {
  readonly head: ClientRequestHead;
  readonly peer: ClientPeer;
  observer: ClientObserver | undefined = undefined;
  status = 0;
  bodyBytes = 0;
  /** Where the body goes; undefined before anybody has asked for it. */
  sink: ClientBodySink | undefined = undefined;
  discarding = false;
  #carrier: StreamCarrier | undefined;
  #mode: Mode = 'length';
  #length = -1;
  #persistent: boolean;
  /** The head of the answer, as long as it waits for the body. */
  #held = '';
  #corked = false;

  constructor(carrier: StreamCarrier, head: RequestHead) {
    this.#carrier = carrier;
    this.head = head;
    this.peer = carrier.peer;
    this.#persistent = head.persistent;
  }

  /** Whether bytes of the body have a place to go. */
  get takesBody(): boolean {
    return this.sink !== undefined || this.discarding;
  }

  readBody(sink: ClientBodySink): void {
    this.sink = sink;
    this.#carrier?.readBody();
  }

  pauseBody(): void {
    if (!this.discarding) this.#carrier?.pauseBody();
  }

  resumeBody(): void {
    this.#carrier?.readBody();
  }

  discardBody(): void {
    this.sink = undefined;
    this.discarding = true;
    this.#carrier?.readBody();
  }

  interim(status: number, reason: string, rawHeaders: readonly string[]): void {
    if (this.head.version === '1.0' || this.status !== 0) return;
    this.#carrier?.writeText(`HTTP/1.1 ${status} ${reason}\r\n${serializeFields(rawHeaders)}\r\n`);
  }

  takesTrailers(status: number, length: number): boolean {
    return this.#modeOf(status, length) === 'chunked';
  }

  last(): void {
    this.#persistent = false;
  }

  begin(status: number, reason: string, rawHeaders: readonly string[], length: number): void {
    const carrier = this.#carrier;
    if (carrier === undefined) return;
    this.status = status;
    this.#length = length;
    this.#mode = this.#modeOf(status, length);
    if (this.#mode === 'close' || carrier.draining) this.#persistent = false;
    let text = `HTTP/1.1 ${status} ${reason}\r\n`;
    text += this.#persistent ? 'Connection: keep-alive\r\n' : 'Connection: close\r\n';
    if (this.#mode === 'chunked') text += 'Transfer-Encoding: chunked\r\n';
    this.#held = `${text}${serializeFields(rawHeaders)}\r\n`;
  }

  write(chunk: Buffer): boolean {
    const carrier = this.#carrier;
    if (carrier === undefined || this.#mode === 'bodyless' || chunk.length === 0) return true;
    this.bodyBytes += chunk.length;
    const held = this.#held;
    this.#held = '';
    if (this.#mode === 'chunked') return this.#writeChunk(carrier, held, chunk);
    if (held === '') return carrier.writeBytes(chunk);
    if (chunk.length === this.#length && chunk.length <= JOINED_BYTES) {
      return carrier.writeText(held + chunk.toString('latin1'));
    }
    carrier.cork();
    carrier.writeText(held);
    const more = carrier.writeBytes(chunk);
    carrier.uncork();
    return more;
  }

  end(rawTrailers: readonly string[]): void {
    const carrier = this.#carrier;
    if (carrier === undefined) return;
    if (this.#mode === 'tunnel') {
      this.#over();
      carrier.closeSoon();
      return;
    }
    let last = this.#held;
    this.#held = '';
    if (this.#mode === 'chunked') last += `0\r\n${serializeFields(rawTrailers)}\r\n`;
    if (last !== '') carrier.writeText(last);
    this.#uncork(carrier);
    this.#over();
    carrier.answered(this.#persistent);
  }

  cut(): void {
    const carrier = this.#carrier;
    if (carrier === undefined) return;
    this.#held = '';
    this.#uncork(carrier);
    this.#over();
    carrier.closeSoon();
  }

  switchProtocols(reason: string, rawHeaders: readonly string[]): void {
    const carrier = this.#carrier;
    if (carrier === undefined) return;
    this.status = 101;
    this.#mode = 'tunnel';
    carrier.writeText(`HTTP/1.1 101 ${reason}\r\n${serializeFields(rawHeaders)}\r\n`);
    carrier.tunnel();
  }

  flush(): void {
    const carrier = this.#carrier;
    if (carrier === undefined) return;
    if (this.#held !== '' && this.#mode !== 'bodyless') {
      carrier.writeText(this.#held);
      this.#held = '';
    }
    this.#uncork(carrier);
  }

  /** The connection is gone, and the request with it. */
  gone(): void {
    if (this.#carrier === undefined) return;
    this.#carrier = undefined;
    this.observer?.onClientGone();
  }

  /** Pieces that come together leave together, and so does the end that comes with them. */
  #writeChunk(carrier: StreamCarrier, held: string, chunk: Buffer): boolean {
    if (!this.#corked) {
      this.#corked = true;
      carrier.cork();
    }
    const size = `${held}${chunk.length.toString(16)}\r\n`;
    if (chunk.length <= JOINED_BYTES) {
      return carrier.writeText(`${size}${chunk.toString('latin1')}\r\n`);
    }
    carrier.writeText(size);
    carrier.writeBytes(chunk);
    return carrier.writeText('\r\n');
  }

  #modeOf(status: number, length: number): Mode {
    if (this.head.method === 'HEAD' || status === 204 || status === 304) return 'bodyless';
    if (length >= 0) return 'length';
    return this.head.version === '1.0' ? 'close' : 'chunked';
  }

  #over(): void {
    this.#carrier = undefined;
    this.observer?.onAnswered();
  }

  #uncork(carrier: StreamCarrier): void {
    if (!this.#corked) return;
    this.#corked = false;
    carrier.uncork();
  }
}
