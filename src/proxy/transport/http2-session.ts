import { type ClientHttp2Session, connect, constants } from 'node:http2';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Deadline } from '../http1/deadline.js';
import { connectError, connectTimeout } from './connect.js';
import { type CallOwner, Http2Call } from './http2-call.js';
import { requestFields } from './http2-request.js';
import type { Origin, UpstreamCall, UpstreamHandler, UpstreamRequest } from './transport.js';
import { UpstreamError } from './upstream-error.js';

const NEVER = Number.POSITIVE_INFINITY;
/** Bytes of an answer that an upstream may send ahead of who takes them, and of all answers together. */
const STREAM_WINDOW = 256 * 1024;
const SESSION_WINDOW = 1024 * 1024;
/** Milliseconds without a word after which a waiting session is asked whether it is still there. */
const QUIET = 10_000;
/** Milliseconds for the answer to that. */
const PROBE = 5_000;
/** Node wants an authority for a session; each request names its own. */
const ANY_AUTHORITY = 'http://unused.invalid';

/** How sessions are kept and what is taken of their answers, the same for all origins. */
export interface SessionSettings {
  /** Sessions per origin that may wait for a request. */
  readonly poolSize: number;
  /** Milliseconds a session may wait for its next request. */
  readonly idleTimeout: number;
  /** Requests after which a session gets no more. */
  readonly maxRequests: number;
  readonly headBytes: number;
  readonly headFields: number;
  readonly interims: number;
}

/** What keeps sessions. */
export interface SessionOwner {
  readonly origin: Origin;
  readonly settings: SessionSettings;
  /** So many streams at a time the upstream takes on a session, as far as it is known. */
  capacity: number;
  /** Whether a session that has nothing to do is to wait for more. */
  keeps(session: UpstreamSession): boolean;
  closed(session: UpstreamSession): void;
}

/** One HTTP/2 connection to an upstream, carrying many requests at a time. */
export class UpstreamSession implements CallOwner {
  readonly origin: Origin;
  readonly interims: number;
  readonly #owner: SessionOwner;
  readonly #socket: Socket;
  readonly #session: ClientHttp2Session;
  readonly #deadline: Deadline;
  readonly #connectTimeout: number;
  #stage: 'connecting' | 'handshaking' | 'open' = 'connecting';
  /** Why the session ended. */
  #cause: Error | undefined;
  #streams = 0;
  #requests = 0;
  #capacity: number;
  /** What the upstream last said it would still process; all before it says anything. */
  #lastProcessed = NEVER;
  #heardAt = 0;
  /** A request has timed out: the session gets no other before it has shown to be alive. */
  #suspected = false;
  #connectBy: number;
  #idleUntil = NEVER;
  #probeBy = NEVER;

  /** `socket` has begun to connect and has `timeout` milliseconds for it. */
  constructor(owner: SessionOwner, socket: Socket, timeout: number) {
    const { headBytes, headFields, interims } = owner.settings;
    this.origin = owner.origin;
    this.interims = interims;
    this.#owner = owner;
    this.#socket = socket;
    this.#capacity = owner.capacity;
    this.#connectTimeout = timeout;
    this.#deadline = new Deadline(this.#onDeadline);
    // These stand in front of the session's own.
    socket.on('connect', this.#onConnect).on('error', this.#onError).on('close', this.#onClose);
    if (owner.origin.tls !== undefined) socket.on('secureConnect', this.#onSecure);
    this.#session = connect(ANY_AUTHORITY, {
      createConnection: () => socket,
      // The status is one field more.
      maxHeaderListPairs: headFields + 1,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW, maxHeaderListSize: headBytes },
    });
    this.#session
      .on('connect', () => {
        if (!this.#session.destroyed) this.#session.setLocalWindowSize(SESSION_WINDOW);
      })
      .on('remoteSettings', ({ maxConcurrentStreams }) => {
        this.#capacity = maxConcurrentStreams ?? NEVER;
        owner.capacity = this.#capacity;
      })
      .on('goaway', (_code: number, lastStream: number) => {
        this.#lastProcessed = lastStream;
      })
      .on('error', this.#onError);
    const now = performance.now();
    this.#connectBy = now + timeout;
    this.#schedule(now);
  }

  /** Whether a request may be given to it. */
  get usable(): boolean {
    const room =
      this.#streams < Math.max(1, this.#capacity) && this.#requests < this.#owner.settings.maxRequests;
    return room && !this.#suspected && !this.#session.closed && !this.#socket.destroyed;
  }

  get idle(): boolean {
    return this.#streams === 0;
  }

  get open(): boolean {
    return this.#stage === 'open';
  }

  /** Carries a request. The session must be usable. */
  start(request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall {
    const now = performance.now();
    if (this.#streams === 0 && this.#stage === 'open' && now - this.#heardAt > QUIET) this.#probe(now);
    this.#streams += 1;
    this.#requests += 1;
    this.#idleUntil = NEVER;
    const { kind } = request.body;
    const stream = this.#session.request(requestFields(request, this.origin), {
      endStream: kind === 'none' || kind === 'tunnel',
      waitForTrailers: kind === 'chunked',
    });
    return new Http2Call(this, stream, request, handler, this.#requests > 1);
  }

  /** Ends it at once, and all that is under way on it. */
  close(): void {
    this.#session.destroy();
    this.#socket.destroy();
  }

  // What calls tell and ask.

  heard(now: number): void {
    this.#heardAt = now;
  }

  /** A request has timed out: is it slow, or is nobody there any more? */
  suspect(): void {
    if (this.#stage !== 'open' || this.#socket.destroyed) return;
    this.#suspected = true;
    this.#probe(performance.now());
  }

  onStreamClosed(): void {
    this.#streams -= 1;
    if (this.#streams > 0 || this.#socket.destroyed) return;
    if (this.#stage === 'open' && !this.#suspected && !this.#owner.keeps(this)) {
      this.close();
      return;
    }
    const now = performance.now();
    this.#idleUntil = now + this.#owner.settings.idleTimeout;
    this.#schedule(now);
  }

  /** Why no connection came about; undefined where one did. */
  get connectFailure(): UpstreamError | undefined {
    if (this.#cause instanceof UpstreamError) return this.#cause;
    if (this.#stage === 'open') return undefined;
    return connectError(this.origin, this.#cause, this.#stage === 'handshaking');
  }

  get ended(): boolean {
    return this.#session.destroyed || this.#socket.destroyed;
  }

  /** Why the session ended, where that is known. */
  get cause(): Error | undefined {
    return this.#cause;
  }

  /** Whether the upstream has said that it will not look at a stream. */
  skipped(stream: number | undefined): boolean {
    return (stream ?? 0) > this.#lastProcessed;
  }

  // What happens to the socket.

  readonly #onConnect = (): void => {
    if (this.origin.tls === undefined) this.#onOpen();
    else this.#stage = 'handshaking';
  };

  readonly #onSecure = (): void => {
    const protocol = this.#socket instanceof TLSSocket ? this.#socket.alpnProtocol : false;
    if (protocol === 'h2') this.#onOpen();
    else
      this.#fail(
        new UpstreamError(
          'malformed',
          'connect',
          `the upstream ${this.origin.authority} does not agree on HTTP/2 (ALPN)`,
        ),
      );
  };

  #onOpen(): void {
    this.#stage = 'open';
    // Clients and listeners keep the process alive, not the connections that serve them.
    this.#socket.unref();
    this.#connectBy = NEVER;
    this.#heardAt = performance.now();
  }

  readonly #onError = (error: Error): void => {
    this.#cause ??= error;
  };

  readonly #onClose = (): void => {
    this.#deadline.close();
    this.#session.destroy();
    this.#owner.closed(this);
  };

  readonly #onDeadline = (now: number): void => {
    if (now >= this.#connectBy)
      this.#fail(connectTimeout(this.origin, this.#connectTimeout, this.#stage === 'handshaking'));
    else if (now >= this.#probeBy)
      this.#fail(new Error(`the upstream ${this.origin.authority} did not answer a PING for ${PROBE} ms`));
    else if (now >= this.#idleUntil) this.close();
    else this.#schedule(now);
  };

  #fail(cause: Error): void {
    this.#cause ??= cause;
    this.#session.destroy(cause, constants.NGHTTP2_NO_ERROR);
    this.#socket.destroy();
  }

  #probe(now: number): void {
    if (this.#probeBy !== NEVER) return;
    this.#probeBy = now + PROBE;
    this.#schedule(now);
    this.#session.ping((error) => {
      if (error !== null) return;
      this.#probeBy = NEVER;
      this.#suspected = false;
      this.#heardAt = performance.now();
    });
  }

  #schedule(now: number): void {
    this.#deadline.set(Math.min(this.#connectBy, this.#probeBy, this.#idleUntil), now);
  }
}
