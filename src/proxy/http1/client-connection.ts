import type { Socket } from 'node:net';
import type { ClientPeer } from '../client-stream.js';
import type { OpenConnection } from '../open-connection.js';
import type { ClientTimeouts } from './client-timeouts.js';
import { Deadline } from './deadline.js';
import { Http1Stream, type StreamCarrier } from './http1-stream.js';
import { type MalformedMessage, OversizedMessage } from './malformed.js';
import { ReadBuffer } from './read-buffer.js';
import { RefusedRequest } from './refusal.js';
import type { RequestHead } from './request-head.js';
import { RequestParser, type RequestSink } from './request-parser.js';
import { takeOver } from './take-over.js';

/** nginx's four buffers of 8 kB for a request's head, and its limit for header lines. */
const LIMITS = { headBytes: 32 * 1024, headFields: 1000 };

/** Bytes waiting for a client above which its upstream is asked to pause. */
export const HIGH_WATER_BYTES = 131_072;

const NOTHING = Buffer.alloc(0);
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const NEVER = Number.POSITIVE_INFINITY;

/** Who serves the requests of connections. */
export interface ConnectionHost {
  /** No connection is kept any more. */
  readonly draining: boolean;
  readonly timeouts: ClientTimeouts;
  /** What connections read into, undefined where each must have a buffer of its own. */
  readonly readBuffer: Buffer | undefined;
  onRequest(stream: Http1Stream): void;
  onRefused(refused: RefusedRequest): void;
  onClosed(connection: OpenConnection): void;
}

/**
 * A client's connection that speaks HTTP/1.x: its requests are served one after the other, what a client sends ahead
 * waits. It ends itself; `drain` and `destroy` make it end sooner.
 */
export class ClientConnection implements OpenConnection, RequestSink, StreamCarrier {
  readonly peer: ClientPeer;
  readonly #socket: Socket;
  readonly #host: ConnectionHost;
  readonly #timeouts: ClientTimeouts;
  readonly #reads: ReadBuffer;
  readonly #parser: RequestParser;
  readonly #deadline: Deadline;
  /** The request under way. */
  #stream: Http1Stream | undefined;
  /** The rest of the body of a request that has been answered is read away. */
  #discarding = false;
  /** What the client has sent ahead of its turn; the socket is paused as long as there is any. */
  #rest: Buffer | undefined;
  /** What the socket reads into. */
  #filling: Buffer = NOTHING;
  #lastRead = 0;
  #consuming = false;
  /** Who takes the body wants no more of it for now. */
  #paused = false;
  /** The socket is not read. */
  #halted = false;
  #tunnelling = false;
  /** The last answer is given: what still comes is not looked at. */
  #closing = false;
  /** The client has ended its side. */
  #ended = false;
  #wantsDrain = false;
  /** The time for a head counts from its first byte. */
  #headAwaited = true;
  /** What the kernel had taken when the time to send began. */
  #flushed = 0;

  /** What has been read from the socket must have been unshifted. */
  constructor(accepted: Socket, peer: ClientPeer, host: ConnectionHost) {
    this.peer = peer;
    this.#reads = new ReadBuffer(host.readBuffer);
    this.#host = host;
    this.#timeouts = host.timeouts;
    this.#parser = new RequestParser(this, LIMITS);
    this.#deadline = new Deadline(this.#onDeadline);
    const onread = { buffer: this.#nextBuffer, callback: this.#onRead };
    this.#socket = takeOver(accepted, onread, HIGH_WATER_BYTES) ?? accepted;
    this.#socket
      .on('data', this.#onData)
      .on('end', this.#onEnd)
      .on('drain', this.#onDrain)
      .on('error', this.#onError)
      .on('close', this.#onClose);
    const now = performance.now();
    this.#deadline.set(now + this.#timeouts.head, now);
    this.#socket.resume();
  }

  /** Ends the connection if nothing is under way on it, its last answer taken; else its next answer is its last. */
  drain(): void {
    if (this.#stream !== undefined || this.#closing || this.#parser.inHead) return;
    if (this.#discarding) this.#close();
    else this.closeSoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  // What the stream asks for.

  get draining(): boolean {
    return this.#host.draining;
  }

  writeText(text: string): boolean {
    return this.#socket.write(text, 'latin1') || this.#stall();
  }

  writeBytes(bytes: Buffer): boolean {
    return this.#socket.write(bytes) || this.#stall();
  }

  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  readBody(): void {
    this.#paused = false;
    if (this.#consuming) return;
    this.#resume();
    this.#awaitMore();
  }

  pauseBody(): void {
    this.#paused = true;
    this.#awaitNothing();
    this.#halt();
  }

  answered(persistent: boolean): void {
    const stream = this.#stream;
    this.#stream = undefined;
    if (!persistent || stream === undefined) {
      this.#close();
      return;
    }
    if (!this.#parser.stopped) {
      this.#discarding = true;
      this.readBody();
      return;
    }
    this.#next();
  }

  closeSoon(): void {
    this.#stream = undefined;
    this.#closing = true;
    this.#await(this.#timeouts.send);
    this.#socket.destroySoon();
  }

  tunnel(): void {
    this.#tunnelling = true;
    this.#deadline.set(NEVER, 0);
    this.readBody();
  }

  // What the parser finds.

  onHead(head: RequestHead): void {
    this.#awaitNothing();
    const stream = new Http1Stream(this, head);
    this.#stream = stream;
    if (head.expectsContinue) this.writeText(CONTINUE);
    this.#host.onRequest(stream);
  }

  onBody(_bytes: Buffer, start: number, end: number): void {
    this.#stream?.sink?.onBody(this.#reads.take(start, end));
  }

  onEnd(rawTrailers: readonly string[]): void {
    if (this.#closing) return;
    if (this.#discarding) {
      this.#discarding = false;
      this.#next();
      return;
    }
    // There is nothing left to pause: the socket is read on, to hear of a client that goes.
    this.#paused = false;
    this.#awaitNothing();
    this.#stream?.sink?.onBodyEnd(rawTrailers);
  }

  onMalformed(error: MalformedMessage, inBody: boolean): void {
    if (!inBody) {
      this.#refuse(error instanceof OversizedMessage ? 'oversized' : 'malformed');
      return;
    }
    const stream = this.#stream;
    if (stream === undefined) this.#close();
    else this.#fault(stream, 'malformed');
  }

  // What happens to the socket.

  /** Called once at first and then after every read. */
  readonly #nextBuffer = (): Buffer => {
    this.#filling = this.#reads.next(this.#lastRead, this.#stream === undefined);
    return this.#filling;
  };

  readonly #onRead = (length: number): boolean => {
    this.#lastRead = length;
    this.#reads.give(this.#filling);
    this.#take(this.#filling, length);
    return true;
  };

  readonly #onData = (bytes: Buffer): void => {
    this.#reads.give(bytes);
    this.#take(bytes, bytes.length);
  };

  /** A client that ends its side is gone, as in Kong, unless its last answer is on its way already. */
  readonly #onEnd = (): void => {
    this.#ended = true;
    if (this.#tunnelling) this.#stream?.sink?.onBodyEnd([]);
    else if (!this.#closing) this.#socket.destroy();
  };

  readonly #onDrain = (): void => {
    if (!this.#wantsDrain) return;
    this.#wantsDrain = false;
    if (this.#stream === undefined) return;
    this.#awaitNothing();
    this.#awaitMore();
    this.#stream.observer?.onClientDrain();
  };

  readonly #onError = (): void => {
    this.#socket.destroy();
  };

  readonly #onClose = (): void => {
    this.#deadline.close();
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.gone();
    this.#host.onClosed(this);
  };

  readonly #onDeadline = (): void => {
    const flushed = this.#socket.bytesWritten - this.#socket.writableLength;
    if (this.#socket.writableLength > 0 && flushed !== this.#flushed) {
      this.#flushed = flushed;
      this.#await(this.#timeouts.send);
    } else if (this.#closing) this.#socket.destroy();
    else if (this.#stream !== undefined && !this.#parser.stopped && !this.#wantsDrain)
      this.#fault(this.#stream, 'timeout');
    else if (this.#stream === undefined && this.#parser.inHead) this.#refuse('timeout');
    else this.#socket.destroy();
  };

  /** Takes what was read, or what had to wait. */
  #take(bytes: Buffer, length: number): void {
    if (this.#closing) return;
    if (this.#tunnelling) this.#stream?.sink?.onBody(this.#reads.take(0, length));
    else if (this.#rest !== undefined) this.#rest = Buffer.concat([this.#rest, bytes.subarray(0, length)]);
    else this.#consume(bytes, length);
  }

  /** Reads as far as the request under way allows; what lies behind it waits. */
  #consume(bytes: Buffer, length: number): void {
    let at = 0;
    this.#consuming = true;
    while (at < length && !this.#closing) {
      if (this.#stream !== undefined && (this.#parser.stopped || !this.#stream.takesBody)) break;
      at = this.#parser.read(bytes, at, length);
    }
    this.#consuming = false;
    if (this.#closing) return;
    if (at < length) {
      this.#rest = this.#reads.take(at, length);
      this.#halt();
      return;
    }
    if (this.#halted && !this.#paused) this.#unhalt();
    this.#awaitMore();
  }

  /** Sets how long the client has for what it has begun to send. What it has to take comes first. */
  #awaitMore(): void {
    if (this.#closing) return;
    if (this.#stream === undefined) {
      if (this.#discarding) this.#await(this.#timeouts.body);
      else if (this.#parser.inHead && !this.#headAwaited) {
        this.#headAwaited = true;
        this.#await(this.#timeouts.head);
      }
    } else if (!this.#parser.stopped && !this.#paused && !this.#wantsDrain) this.#await(this.#timeouts.body);
  }

  /** The client has its time to take what was written, and no other. */
  #awaitNothing(): void {
    if (!this.#wantsDrain) this.#deadline.set(NEVER, 0);
  }

  #resume(): void {
    const rest = this.#rest;
    this.#rest = undefined;
    if (rest !== undefined) this.#onData(rest);
    if (this.#halted && !this.#paused && this.#rest === undefined) this.#unhalt();
  }

  #halt(): void {
    this.#halted = true;
    this.#socket.pause();
  }

  #unhalt(): void {
    this.#halted = false;
    this.#socket.resume();
  }

  /** Makes ready for the next request. */
  #next(): void {
    if (this.#host.draining) {
      this.#close();
      return;
    }
    this.#parser.begin();
    this.#await(this.#timeouts.keepAlive);
    this.#headAwaited = false;
    this.#paused = false;
    if (this.#halted && !this.#consuming) this.#resume();
  }

  #await(milliseconds: number): void {
    const now = performance.now();
    this.#deadline.set(now + milliseconds, now);
  }

  #stall(): false {
    this.#wantsDrain = true;
    this.#flushed = this.#socket.bytesWritten - this.#socket.writableLength;
    this.#await(this.#timeouts.send);
    return false;
  }

  #fault(stream: Http1Stream, fault: 'malformed' | 'timeout'): void {
    stream.last();
    this.#parser.stop();
    if (stream.sink === undefined) return;
    stream.sink.onBodyFault(fault);
  }

  /** Answers what is no request, and closes: nothing behind it can be trusted. */
  #refuse(fault: 'malformed' | 'oversized' | 'timeout'): void {
    const refused = new RefusedRequest(fault, this.peer, this.#parser.firstLine);
    this.writeText(refused.text);
    this.#host.onRefused(refused);
    this.#close();
  }

  /** Ends the connection. Closed at once, with bytes of the client unread, it could take the answer with it. */
  #close(): void {
    this.#closing = true;
    const unread = !this.#parser.stopped || this.#rest !== undefined;
    this.#rest = undefined;
    if (!unread || this.#ended) {
      this.closeSoon();
      return;
    }
    this.#await(this.#timeouts.linger);
    this.#socket.end();
    this.#socket.resume();
  }
}
