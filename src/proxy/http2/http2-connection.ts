import {
  constants,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { ClientPeer, ClientStream } from '../client-stream.js';
import type { ClientTimeouts } from '../http1/client-timeouts.js';
import { Deadline } from '../http1/deadline.js';
import type { OpenConnection } from '../open-connection.js';
import { Http2Stream, type StreamOwner } from './http2-stream.js';
import { readRequestHead } from './request-head.js';
import { ResetBudget } from './reset-budget.js';

/** How much one connection may ask for. What goes beyond ends a stream, or the connection where many do. */
const LIMITS = {
  settings: {
    /** nginx's http2_max_concurrent_streams. */
    maxConcurrentStreams: 128,
    /** What HTTP/1.1 takes of a head: nginx's four buffers of 8 kB. */
    maxHeaderListSize: 32 * 1024,
    /** Bytes of a body that a client may send ahead of who takes them. */
    initialWindowSize: 256 * 1024,
  },
  /** 1,000 as in HTTP/1.1, and the four that every request has. */
  maxHeaderListPairs: 1_004,
  /** Megabytes that a connection may hold; one with more gets no new streams. */
  maxSessionMemory: 32,
  /** Entries of a SETTINGS frame. */
  maxSettings: 32,
  maxSessionInvalidFrames: 100,
  maxSessionRejectedStreams: 100,
};
/** Bytes of all bodies together that a client may send ahead. */
const CONNECTION_WINDOW = 1024 * 1024;
/** Requests that a client may give up at once, and each second. */
const RESET_BURST = 256;
const RESETS_PER_SECOND = 33;

const NEVER = Number.POSITIVE_INFINITY;

/** Who serves the requests of HTTP/2 connections. */
export interface Http2Host {
  readonly timeouts: ClientTimeouts;
  onRequest(stream: ClientStream): void;
  onClosed(connection: OpenConnection): void;
}

/** A client's connection that speaks HTTP/2. It ends itself; `drain` and `destroy` make it end sooner. */
export class Http2Connection implements OpenConnection, StreamOwner {
  readonly peer: ClientPeer;
  readonly timeouts: ClientTimeouts;
  readonly #host: Http2Host;
  readonly #socket: Socket;
  readonly #session: ServerHttp2Session;
  readonly #deadline: Deadline;
  readonly #resets: ResetBudget;
  #streams = 0;

  /** What was read of the socket must have been put back. A TLS socket must have agreed on `h2`. */
  constructor(socket: Socket, peer: ClientPeer, host: Http2Host) {
    this.peer = peer;
    this.timeouts = host.timeouts;
    this.#host = host;
    this.#socket = socket;
    this.#deadline = new Deadline(this.#onDeadline);
    this.#resets = new ResetBudget(RESET_BURST, RESETS_PER_SECOND, performance.now());
    this.#session = performServerHandshake(socket, LIMITS);
    this.#session
      .on('stream', this.#onStream)
      // Told by the socket's 'close' as well.
      .on('error', () => {});
    socket.on('end', this.#onEnd).on('close', this.#onClose);
    if (!this.#session.destroyed) this.#session.setLocalWindowSize(CONNECTION_WINDOW);
    this.#await(this.timeouts.head);
  }

  drain(): void {
    if (!this.#session.closed) this.#close();
  }

  destroy(): void {
    this.#session.destroy();
    this.#socket.destroy();
  }

  onStreamClosed(answered: boolean): void {
    this.#streams -= 1;
    if (!answered && !this.#resets.take(performance.now()))
      this.#session.destroy(new Error('too many streams were reset'), constants.NGHTTP2_ENHANCE_YOUR_CALM);
    else if (this.#streams === 0)
      this.#await(this.#session.closed ? this.timeouts.linger : this.timeouts.keepAlive);
  }

  readonly #onStream = (
    stream: ServerHttp2Stream,
    _fields: object,
    _flags: number,
    rawFields: readonly string[],
  ): void => {
    this.#streams += 1;
    this.#deadline.set(NEVER, 0);
    const head = readRequestHead(rawFields, stream.endAfterHeaders);
    this.#host.onRequest(new Http2Stream(stream, head, this));
  };

  /** A client that ends its side is gone, as with HTTP/1.1. */
  readonly #onEnd = (): void => {
    this.#session.destroy();
  };

  readonly #onClose = (): void => {
    this.#deadline.close();
    this.#session.destroy();
    this.#host.onClosed(this);
  };

  readonly #onDeadline = (): void => {
    if (this.#session.closed) this.destroy();
    else this.#close();
  };

  /** Tells the client to send no more requests; those under way end first. */
  #close(): void {
    this.#session.close();
    if (this.#streams === 0) this.#await(this.timeouts.linger);
  }

  #await(milliseconds: number): void {
    const now = performance.now();
    this.#deadline.set(now + milliseconds, now);
  }
}
