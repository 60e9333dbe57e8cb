import { constants, type ServerHttp2Stream } from 'node:http2';
import type { ClientBodySink, ClientObserver, ClientPeer, ClientStream } from '../client-stream.js';
import { HIGH_WATER_BYTES } from '../http1/client-connection.js';
import type { ClientTimeouts } from '../http1/client-timeouts.js';
import { Deadline } from '../http1/deadline.js';
import { onEndStream } from './end-stream.js';
import { fieldObject, regularFields } from './field-object.js';
import type { Http2RequestHead } from './request-head.js';

const NEVER = Number.POSITIVE_INFINITY;

/** The connection under a stream, as far as the stream needs it. */
export interface StreamOwner {
  readonly peer: ClientPeer;
  readonly timeouts: ClientTimeouts;
  /** The stream is closed. `answered`: only after its answer was complete. */
  onStreamClosed(answered: boolean): void;
}

/** One HTTP/2 request, and its answer. Once that is over, only what was written still goes out. */
export class Http2Stream implements ClientStream {
  readonly head: Http2RequestHead;
  readonly peer: ClientPeer;
  observer: ClientObserver | undefined = undefined;
  status = 0;
  bodyBytes = 0;
  readonly #stream: ServerHttp2Stream;
  readonly #owner: StreamOwner;
  readonly #deadline: Deadline;
  #sink: ClientBodySink | undefined;
  #reading = false;
  /** The client has ended its request, though not all of it may have been delivered. */
  #complete = false;
  #received: boolean;
  #rawTrailers: readonly string[] = [];
  /** The head of the answer, as long as it waits for the body. */
  #held: readonly string[] | undefined;
  #bodyless = false;
  #corked = false;
  #wantsDrain = false;
  /** What goes out behind the body; undefined where the answer is cut. */
  #ending: readonly string[] | undefined = [];
  #over = false;
  #readBy = NEVER;
  #writeBy = NEVER;

  constructor(stream: ServerHttp2Stream, head: Http2RequestHead, owner: StreamOwner) {
    this.#stream = stream;
    this.head = head;
    this.#owner = owner;
    this.peer = owner.peer;
    this.#received = stream.endAfterHeaders;
    onEndStream(stream, () => {
      this.#complete = true;
    });
    this.#deadline = new Deadline(this.#onDeadline);
    stream
      .on('trailers', this.#onTrailers)
      .on('end', this.#onReceived)
      .on('drain', this.#onDrain)
      .on('wantTrailers', this.#onWantTrailers)
      .on('close', this.#onClose)
      // Told by 'close' as well.
      .on('error', () => {});
    if (head.expectsContinue) this.interim(100, '', []);
  }

  readBody(sink: ClientBodySink): void {
    this.#sink = sink;
    this.#stream.on('data', this.#onData);
    this.#read();
  }

  pauseBody(): void {
    if (this.#sink === undefined) return;
    this.#reading = false;
    this.#stream.pause();
    this.#schedule(NEVER, this.#writeBy);
  }

  resumeBody(): void {
    if (!this.#received) this.#read();
  }

  discardBody(): void {
    this.#sink = undefined;
    this.#stream.off('data', this.#onData);
    if (!this.#received) this.#read();
  }

  interim(status: number, _reason: string, rawHeaders: readonly string[]): void {
    // A 101 belongs to HTTP/1.1 (RFC 9113, 8.6).
    if (this.status !== 0 || status === 101 || this.#gone) return;
    this.#stream.additionalHeaders({ ...fieldObject(rawHeaders), ':status': status });
  }

  takesTrailers(status: number): boolean {
    return !this.#isBodyless(status);
  }

  /** Streams of a connection stand apart: what one does wrong leaves the others alone. */
  last(): void {}

  begin(status: number, _reason: string, rawHeaders: readonly string[], length: number): void {
    if (this.#over) return;
    // No status beyond 599 can be sent, and whoever gets one takes it for a 5xx (RFC 9110, 15).
    this.status = status > 599 ? 500 : status;
    this.#bodyless = length === 0 || this.#isBodyless(status);
    this.#held = rawHeaders;
  }

  write(chunk: Buffer): boolean {
    if (this.#over || this.#bodyless || chunk.length === 0 || this.#gone) return true;
    this.#sendHead(false);
    this.bodyBytes += chunk.length;
    if (!this.#corked) {
      this.#corked = true;
      this.#stream.cork();
    }
    this.#stream.write(chunk);
    if (this.#stream.writableLength < HIGH_WATER_BYTES) return true;
    this.flush();
    this.#wantsDrain = true;
    this.#schedule(this.#readBy, performance.now() + this.#owner.timeouts.send);
    return false;
  }

  flush(): void {
    if (this.#over) return;
    if (!this.#bodyless) this.#sendHead(false);
    this.#uncork();
  }

  end(rawTrailers: readonly string[]): void {
    if (this.#over) return;
    this.#ending = rawTrailers;
    if (this.#held !== undefined) this.#sendHead(this.#bodyless || rawTrailers.length === 0);
    this.#uncork();
    this.#finish();
  }

  cut(): void {
    if (this.#over) return;
    this.#ending = undefined;
    this.#uncork();
    if (this.#stream.headersSent) this.#finish();
    else {
      this.#settle();
      this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    }
  }

  /** No request of HTTP/2 asks for this: `head.upgrade` is false. */
  switchProtocols(): void {
    this.cut();
  }

  get #gone(): boolean {
    return this.#stream.destroyed || this.#stream.closed;
  }

  #isBodyless(status: number): boolean {
    return this.head.method === 'HEAD' || status === 204 || status === 205 || status === 304;
  }

  #sendHead(last: boolean): void {
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined || this.#gone) return;
    const fields = fieldObject(held);
    fields[':status'] = this.status;
    this.#stream.respond(fields, last ? { endStream: true } : { waitForTrailers: true });
  }

  /** Ends the answer, with trailers or a reset behind what was written. */
  #finish(): void {
    this.#stream.end();
    this.#settle();
    const { send, linger } = this.#owner.timeouts;
    if (!this.#received) this.discardBody();
    this.#schedule(NEVER, performance.now() + (this.#received ? send : linger));
  }

  #settle(): void {
    this.#over = true;
    this.#held = undefined;
    this.observer?.onAnswered();
  }

  #uncork(): void {
    if (!this.#corked) return;
    this.#corked = false;
    this.#stream.uncork();
  }

  #read(): void {
    this.#reading = true;
    this.#stream.resume();
    this.#awaitBody();
  }

  #awaitBody(): void {
    if (this.#reading && !this.#received && !this.#over)
      this.#schedule(performance.now() + this.#owner.timeouts.body, this.#writeBy);
  }

  #schedule(readBy: number, writeBy: number): void {
    this.#readBy = readBy;
    this.#writeBy = writeBy;
    this.#deadline.set(Math.min(readBy, writeBy), performance.now());
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#awaitBody();
    this.#sink?.onBody(chunk);
  };

  readonly #onTrailers = (_fields: object, _flags: number, rawFields: readonly string[]): void => {
    this.#rawTrailers = regularFields(rawFields);
  };

  readonly #onReceived = (): void => {
    if (!this.#complete) return;
    this.#received = true;
    this.#schedule(NEVER, this.#writeBy);
    this.#sink?.onBodyEnd(this.#rawTrailers);
  };

  readonly #onDrain = (): void => {
    if (!this.#wantsDrain || this.#over) return;
    this.#wantsDrain = false;
    this.#schedule(this.#readBy, NEVER);
    this.observer?.onClientDrain();
  };

  readonly #onWantTrailers = (): void => {
    if (this.#gone) return;
    if (this.#ending === undefined) this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    else this.#stream.sendTrailers(fieldObject(this.#ending));
  };

  readonly #onClose = (): void => {
    this.#deadline.close();
    const answered = this.#over;
    this.#over = true;
    if (!answered) this.observer?.onClientGone();
    this.#owner.onStreamClosed(answered);
  };

  readonly #onDeadline = (now: number): void => {
    if (now < this.#writeBy) {
      this.#schedule(NEVER, this.#writeBy);
      this.#sink?.onBodyFault('timeout');
    } else if (this.#over && this.#stream.writableFinished) {
      // The whole answer is out: what the client still has to say is not wanted (RFC 9113, 8.1).
      this.#stream.close(constants.NGHTTP2_NO_ERROR);
    } else this.#stream.close(constants.NGHTTP2_CANCEL);
  };
}
