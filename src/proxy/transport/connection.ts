import type { OnReadOpts, Socket } from 'node:net';
import { Deadline } from '../http1/deadline.js';
import { ReadBuffer } from '../http1/read-buffer.js';
import { Call, type Carrier } from './call.js';
import { connectError, connectTimeout } from './connect.js';
import { RequestWriter } from './request-writer.js';
import type { ResponseHead } from './response-head.js';
import { type ResponseLimits, ResponseParser, type ResponseSink } from './response-parser.js';
import type { Origin, UpstreamCall, UpstreamHandler, UpstreamHead, UpstreamRequest } from './transport.js';
import { UpstreamError, type UpstreamFailure, type UpstreamPhase } from './upstream-error.js';

const NEVER = Number.POSITIVE_INFINITY;

/** What keeps connections: it hears when one is free, and when one is gone. */
export interface ConnectionOwner {
  readonly origin: Origin;
  readonly limits: ResponseLimits;
  /** Milliseconds a connection may wait for its next request. */
  readonly idleTimeout: number;
  /** Takes a connection that has ended a request cleanly. Returns false when it is not wanted any more. */
  release(connection: Connection): boolean;
  closed(connection: Connection): void;
}

/** One socket to an upstream, carrying one request at a time. */
export class Connection implements ResponseSink, Carrier {
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  readonly #reads: ReadBuffer;
  #lastRead = 0;
  readonly #parser: ResponseParser;
  readonly #writer: RequestWriter;
  readonly #deadline: Deadline;
  #call: Call | undefined;
  #requests = 0;
  #stage: 'connecting' | 'handshaking' | 'open' = 'connecting';
  /** Whether any byte of the answer has come. */
  #answered = false;
  #headSeen = false;
  /** The upstream has switched protocols: what follows is raw bytes both ways. */
  #tunnelling = false;
  /** The handler asked for a pause; the rest of the read is delivered first. */
  #pausing = false;
  #paused = false;
  #connectBy = NEVER;
  #writeBy = NEVER;
  #readBy = NEVER;
  #idleUntil = NEVER;
  /** What the kernel had taken when the time to write began. */
  #flushed = 0;

  /** `open` starts to connect a socket that reads as it is told. Connections may share `readBuffer`. */
  constructor(owner: ConnectionOwner, readBuffer: Buffer | undefined, open: (onread: OnReadOpts) => Socket) {
    this.#owner = owner;
    this.#reads = new ReadBuffer(readBuffer);
    this.#socket = open({ buffer: this.#nextBuffer, callback: this.#onRead });
    this.#parser = new ResponseParser(this, owner.limits);
    this.#writer = new RequestWriter(this.#socket);
    this.#deadline = new Deadline(this.#onDeadline);
    this.#socket
      .on('connect', this.#onConnect)
      .on('drain', this.#onDrain)
      .on('error', this.#onError)
      .on('end', this.#onEnd)
      .on('close', this.#onClose);
    if (owner.origin.tls !== undefined) this.#socket.on('secureConnect', this.#onReady);
  }

  /** How many requests it has been given. */
  get requests(): number {
    return this.#requests;
  }

  /** Whether a request may be given to it. */
  get usable(): boolean {
    return !this.#socket.destroyed && this.#socket.readable && this.#socket.writable;
  }

  /** Carries a request. The connection must be new or free. */
  start(request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall {
    const call = new Call(this, request, handler);
    const now = performance.now();
    this.#call = call;
    this.#writer.accept(request);
    this.#answered = false;
    this.#headSeen = false;
    this.#tunnelling = false;
    this.#requests += 1;
    if (this.#stage === 'open') {
      this.#idleUntil = NEVER;
      this.#begin(call, now);
    } else {
      this.#connectBy = now + request.timeouts.connect;
      this.#schedule(now);
    }
    return call;
  }

  /** Closes a free connection. */
  close(): void {
    this.#socket.destroy();
  }

  // What a call asks for. A call that is over has no connection any more.

  write(chunk: Buffer): boolean {
    const more = this.#tunnelling ? this.#writer.writeRaw(chunk) : this.#writer.write(chunk);
    this.#watchWrites();
    // Either direction shows that a tunnel is alive.
    if (this.#tunnelling && !this.#paused) this.#awaitRead(performance.now());
    return more;
  }

  end(rawTrailers: readonly string[] | undefined): void {
    this.#writer.end(rawTrailers);
    this.#watchWrites();
  }

  resume(): void {
    this.#pausing = false;
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket.resume();
    this.#awaitRead(performance.now());
  }

  abort(): void {
    const request = this.#call?.request;
    this.#detach();
    if (request?.body.kind !== 'tunnel' || !this.#headSeen) {
      this.#socket.destroy();
      return;
    }
    // The last words of a tunnel still go out, to an upstream that takes them.
    this.#socket.setTimeout(request.timeouts.write, () => this.#socket.destroy());
    this.#socket.destroySoon();
  }

  // What the parser finds in the answer.

  onInterim(head: UpstreamHead): void {
    const call = this.#call;
    if (call === undefined) return;
    // 102 says that the upstream is at work, so the time to wait for the head begins anew (RFC 2518 10.1).
    if (this.#readBy !== NEVER) this.#readBy = performance.now() + call.request.timeouts.read;
    call.handler.onInterim(head);
  }

  onHead(head: ResponseHead): void {
    this.#headSeen = true;
    // Raw bytes before a 101 would be read as another request.
    this.#tunnelling = head.status === 101;
    this.#call?.handler.onHead(head);
  }

  onBody(_bytes: Buffer, start: number, end: number): void {
    const call = this.#call;
    if (call === undefined) return;
    if (!call.handler.onData(this.#reads.take(start, end))) this.#pausing = true;
  }

  onEnd(rawTrailers: readonly string[], reusable: boolean): void {
    const call = this.#call;
    if (call === undefined) return;
    const clean = reusable && this.#writer.sent;
    this.#detach();
    if (!clean || !this.#becomeIdle()) this.#socket.destroy();
    call.handler.onEnd(rawTrailers);
  }

  onMalformed(error: UpstreamError): void {
    this.#fail(error);
  }

  // What happens to the socket.

  readonly #onConnect = (): void => {
    if (this.#owner.origin.tls === undefined) this.#onReady();
    else this.#stage = 'handshaking';
  };

  readonly #onReady = (): void => {
    this.#stage = 'open';
    // Clients and listeners keep the process alive, not the connections that serve them.
    this.#socket.unref();
    this.#connectBy = NEVER;
    const call = this.#call;
    if (call === undefined) return;
    this.#begin(call, performance.now());
  };

  /** Called once at first and then after every read. */
  readonly #nextBuffer = (): Buffer => this.#reads.next(this.#lastRead, this.#call === undefined);

  readonly #onRead = (length: number): boolean => {
    const call = this.#call;
    if (call === undefined) {
      // Nobody asked: these bytes must not become the answer to the next request.
      this.#socket.destroy();
      return true;
    }
    this.#answered = true;
    this.#lastRead = length;
    this.#parser.read(this.#reads.current, 0, length);
    if (this.#call !== call) return true;
    call.handler.onReadEnd();
    if (this.#call !== call) return true;
    if (this.#pausing) {
      this.#pausing = false;
      this.#paused = true;
      this.#readBy = NEVER;
      this.#socket.pause();
    } else if (this.#headSeen) this.#awaitRead(performance.now());
    return true;
  };

  readonly #onDrain = (): void => {
    const call = this.#call;
    if (call === undefined) return;
    const wanted = this.#writer.drained();
    this.#watchWrites();
    if (wanted) call.handler.onDrain();
  };

  readonly #onError = (error: Error): void => {
    if (this.#call !== undefined) this.#fail(error instanceof UpstreamError ? error : this.#ended(error));
  };

  readonly #onEnd = (): void => {
    if (this.#stage !== 'open') return;
    if (this.#call !== undefined && !this.#parser.finish()) this.#fail(this.#ended(undefined));
    this.#socket.destroy();
  };

  readonly #onClose = (): void => {
    this.#deadline.close();
    if (this.#call !== undefined) this.#fail(this.#ended(undefined));
    this.#owner.closed(this);
  };

  readonly #onDeadline = (now: number): void => {
    const call = this.#call;
    if (call === undefined) {
      if (now >= this.#idleUntil) this.#socket.destroy();
      else this.#schedule(now);
      return;
    }
    const { timeouts } = call.request;
    if (now >= this.#connectBy) {
      this.#fail(connectTimeout(this.#owner.origin, timeouts.connect, this.#stage === 'handshaking'));
    } else if (now >= this.#writeBy && this.#writer.flushed === this.#flushed) {
      this.#fail(this.#failure('write_timeout', `took no byte of the request for ${timeouts.write} ms`));
    } else if (now >= this.#readBy) {
      const what = this.#headSeen ? 'sent no byte of the body' : 'sent no head of an answer';
      this.#fail(this.#failure('read_timeout', `${what} for ${timeouts.read} ms`));
    } else {
      if (now >= this.#writeBy) this.#awaitWrite(now);
      this.#schedule(now);
    }
  };

  #begin(call: Call, now: number): void {
    this.#parser.begin(call.request.method === 'HEAD', call.request.body.kind === 'tunnel');
    this.#writer.begin(call.request);
    if (this.#writer.sent) {
      this.#readBy = now + call.request.timeouts.read;
      this.#schedule(now);
    } else this.#watchWrites();
  }

  /** The time to write runs while bytes are pending, the time to read the head begins when none is left. */
  #watchWrites(): void {
    const call = this.#call;
    if (call === undefined || this.#stage !== 'open') return;
    const now = performance.now();
    if (this.#writer.pending > 0) {
      if (this.#writeBy === NEVER || this.#writer.flushed !== this.#flushed) this.#awaitWrite(now);
    } else this.#writeBy = NEVER;
    if (this.#writer.sent && !this.#headSeen && this.#readBy === NEVER) {
      this.#readBy = now + call.request.timeouts.read;
    }
    this.#schedule(now);
  }

  #awaitWrite(now: number): void {
    this.#flushed = this.#writer.flushed;
    this.#writeBy = now + (this.#call?.request.timeouts.write ?? NEVER);
  }

  #awaitRead(now: number): void {
    const call = this.#call;
    if (call === undefined || !this.#headSeen) return;
    this.#readBy = now + call.request.timeouts.read;
    this.#schedule(now);
  }

  #schedule(now: number): void {
    this.#deadline.set(Math.min(this.#connectBy, this.#writeBy, this.#readBy, this.#idleUntil), now);
  }

  /** Ends the call under way, if any, without a word to its handler. */
  #detach(): void {
    const call = this.#call;
    if (call === undefined) return;
    this.#call = undefined;
    call.release();
    this.#parser.stop();
    this.#connectBy = NEVER;
    this.#writeBy = NEVER;
    this.#readBy = NEVER;
    this.#pausing = false;
    if (this.#paused) {
      // TLS may hand over the rest of an answer, read before the pause, during it.
      this.#paused = false;
      this.#socket.resume();
    }
  }

  #becomeIdle(): boolean {
    if (!this.usable || !this.#owner.release(this)) return false;
    const now = performance.now();
    this.#idleUntil = now + this.#owner.idleTimeout;
    this.#schedule(now);
    return true;
  }

  #fail(error: UpstreamError): void {
    const call = this.#call;
    this.#detach();
    this.#socket.destroy();
    call?.handler.onError(error);
  }

  #phase(): UpstreamPhase {
    if (this.#stage !== 'open') return 'connect';
    if (this.#headSeen) return 'body';
    return this.#writer.sent || this.#answered ? 'head' : 'request';
  }

  #failure(failure: UpstreamFailure, what: string): UpstreamError {
    const { host, port } = this.#owner.origin;
    return new UpstreamError(failure, this.#phase(), `the upstream ${host}:${port} ${what}`);
  }

  /** The socket ended before the answer was complete. */
  #ended(error: Error | undefined): UpstreamError {
    const { origin } = this.#owner;
    if (this.#stage !== 'open') return connectError(origin, error, this.#stage === 'handshaking');
    const phase = this.#phase();
    const before = phase === 'body' ? 'before its answer was complete' : 'without an answer';
    const reason = error === undefined ? '' : `: ${error.message}`;
    const message = `the upstream ${origin.host}:${origin.port} closed the connection ${before}${reason}`;
    const stale = this.#requests > 1 && !this.#answered;
    return new UpstreamError(
      'closed',
      phase,
      message,
      error === undefined ? { stale } : { stale, cause: error },
    );
  }
}
