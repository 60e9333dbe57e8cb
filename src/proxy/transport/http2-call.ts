import { STATUS_CODES } from 'node:http';
import {
  type ClientHttp2Stream,
  constants,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2';
import { HIGH_WATER_BYTES } from '../http1/client-connection.js';
import { Deadline } from '../http1/deadline.js';
import { onEndStream } from '../http2/end-stream.js';
import { fieldObject, regularFields } from '../http2/field-object.js';
import type { Origin, UpstreamCall, UpstreamHandler, UpstreamHead, UpstreamRequest } from './transport.js';
import { UpstreamError, type UpstreamFailure, type UpstreamPhase } from './upstream-error.js';

const NEVER = Number.POSITIVE_INFINITY;
type AnswerFields = IncomingHttpHeaders & IncomingHttpStatusHeader;

/** By their codes (RFC 9113, 7). */
const RESET_NAMES = [
  ...[
    'NO_ERROR',
    'PROTOCOL_ERROR',
    'INTERNAL_ERROR',
    'FLOW_CONTROL_ERROR',
    'SETTINGS_TIMEOUT',
    'STREAM_CLOSED',
  ],
  ...['FRAME_SIZE_ERROR', 'REFUSED_STREAM', 'CANCEL', 'COMPRESSION_ERROR', 'CONNECT_ERROR'],
  ...['ENHANCE_YOUR_CALM', 'INADEQUATE_SECURITY', 'HTTP_1_1_REQUIRED'],
];

/** The session under a call, as far as the call needs it. */
export interface CallOwner {
  readonly origin: Origin;
  /** So many interim answers are taken. */
  readonly interims: number;
  /** Whether the connection has been made. */
  readonly open: boolean;
  /** Why no connection came about; undefined where one did. */
  readonly connectFailure: UpstreamError | undefined;
  /** Whether the session has ended. */
  readonly ended: boolean;
  /** Why it did, where that is known. */
  readonly cause: Error | undefined;
  /** Whether the upstream has said that it will not look at a stream. */
  skipped(stream: number | undefined): boolean;
  /** The upstream has sent something. */
  heard(now: number): void;
  /** The call has timed out. */
  suspect(): void;
  onStreamClosed(): void;
}

/** One request on an HTTP/2 session, and its answer. */
export class Http2Call implements UpstreamCall {
  readonly #owner: CallOwner;
  readonly #stream: ClientHttp2Stream;
  readonly #request: UpstreamRequest;
  readonly #handler: UpstreamHandler;
  /** The session carried others before. */
  readonly #reused: boolean;
  readonly #deadline: Deadline;
  #over = false;
  #sent = false;
  #headSeen = false;
  /** The upstream has ended its answer, though not all of it may have been delivered. */
  #complete = false;
  #interims = 0;
  #paused = false;
  #wantsDrain = false;
  #readEndDue = false;
  #rawTrailers: readonly string[] = [];
  #ownTrailers: readonly string[] = [];
  #error: Error | undefined;
  #readBy = NEVER;
  #writeBy = NEVER;

  constructor(
    owner: CallOwner,
    stream: ClientHttp2Stream,
    request: UpstreamRequest,
    handler: UpstreamHandler,
    reused: boolean,
  ) {
    this.#owner = owner;
    this.#stream = stream;
    this.#request = request;
    this.#handler = handler;
    this.#reused = reused;
    this.#deadline = new Deadline(this.#onDeadline);
    onEndStream(stream, () => {
      this.#complete = true;
    });
    stream
      .on('ready', () => this.#awaitWrite())
      .on('headers', this.#onHeaders)
      .on('response', this.#onResponse)
      .on('data', this.#onData)
      .on('trailers', this.#onTrailers)
      .on('end', this.#onEnd)
      .on('drain', this.#onDrain)
      .on('finish', this.#onSent)
      .on('wantTrailers', () => {
        if (!stream.destroyed && !stream.closed) stream.sendTrailers(fieldObject(this.#ownTrailers));
      })
      .on('error', (error) => {
        this.#error = error;
      })
      .on('close', this.#onClose);
    if (request.body.kind === 'whole') {
      stream.end(request.body.bytes);
      this.#awaitWrite();
    }
  }

  write(chunk: Buffer): boolean {
    if (this.#over || chunk.length === 0) return true;
    this.#stream.write(chunk, () => this.#awaitWrite());
    if (this.#writeBy === NEVER) this.#awaitWrite();
    this.#wantsDrain = this.#stream.writableLength >= HIGH_WATER_BYTES;
    return !this.#wantsDrain;
  }

  end(rawTrailers: readonly string[] = []): void {
    if (this.#over) return;
    this.#ownTrailers = rawTrailers;
    this.#stream.end();
  }

  resume(): void {
    if (this.#over || !this.#paused) return;
    this.#paused = false;
    this.#stream.resume();
    this.#awaitRead();
  }

  /** The stream is given up, the connection carries on with the others. */
  abort(): void {
    if (this.#over) return;
    this.#settle();
    this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  // What happens to the stream.

  readonly #onHeaders = (fields: AnswerFields, _flags: number, raw: readonly string[]): void => {
    if (this.#over) return;
    this.#interims += 1;
    if (this.#interims > this.#owner.interims) {
      const what = `sent more than ${this.#owner.interims} interim answers`;
      this.#fail(this.#failure('malformed', what));
      return;
    }
    if (this.#readBy !== NEVER) this.#await(this.#request.timeouts.read);
    this.#handler.onInterim(headOf(fields, regularFields(raw)));
  };

  readonly #onResponse = (fields: AnswerFields, flags: number, raw: readonly string[]): void => {
    if (this.#over) return;
    this.#headSeen = true;
    this.#owner.heard(performance.now());
    this.#awaitRead();
    const head = headOf(fields, regularFields(raw));
    const last = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    const empty = last && saysNothingOfLength(head.status, this.#request.method, fields);
    // An answer that ends with its head has no body, as its length says to who cannot see the end.
    this.#handler.onHead(empty ? { ...head, rawHeaders: [...head.rawHeaders, 'content-length', '0'] } : head);
    if (!last) this.#announceReadEnd();
  };

  readonly #onData = (chunk: Buffer): void => {
    if (this.#over) return;
    this.#owner.heard(performance.now());
    this.#awaitRead();
    if (!this.#handler.onData(chunk)) this.#pause();
    this.#announceReadEnd();
  };

  readonly #onTrailers = (_fields: object, _flags: number, raw: readonly string[]): void => {
    this.#rawTrailers = regularFields(raw);
  };

  readonly #onEnd = (): void => {
    if (this.#over || !this.#headSeen || !this.#complete) return;
    this.#settle();
    // What is left of the request nobody wants any more.
    if (!this.#sent) this.#stream.close(constants.NGHTTP2_CANCEL);
    this.#handler.onEnd(this.#rawTrailers);
  };

  readonly #onDrain = (): void => {
    if (this.#over || !this.#wantsDrain) return;
    this.#wantsDrain = false;
    this.#handler.onDrain();
  };

  readonly #onSent = (): void => {
    this.#sent = true;
    if (this.#over) return;
    this.#writeBy = NEVER;
    if (!this.#headSeen) this.#await(this.#request.timeouts.read);
  };

  readonly #onClose = (): void => {
    if (!this.#over) this.#fail(this.#reasonOfEnd());
    this.#owner.onStreamClosed();
  };

  readonly #onDeadline = (now: number): void => {
    if (this.#over) return;
    const { timeouts } = this.#request;
    if (now >= this.#writeBy)
      this.#fail(this.#failure('write_timeout', `took nothing of the request for ${timeouts.write} ms`));
    else if (now >= this.#readBy) {
      const what = this.#headSeen ? 'sent no byte of the body' : 'sent no head of an answer';
      this.#fail(this.#failure('read_timeout', `${what} for ${timeouts.read} ms`));
    } else {
      this.#schedule(now);
      return;
    }
    this.#owner.suspect();
  };

  /** The time to write runs while bytes are pending, and begins anew as the upstream takes some. */
  #awaitWrite(): void {
    if (this.#over || this.#stream.pending) return;
    const now = performance.now();
    this.#writeBy = this.#stream.writableLength > 0 ? now + this.#request.timeouts.write : NEVER;
    this.#schedule(now);
  }

  #awaitRead(): void {
    if (this.#headSeen) this.#await(this.#request.timeouts.read);
  }

  #await(milliseconds: number): void {
    const now = performance.now();
    this.#readBy = now + milliseconds;
    this.#schedule(now);
  }

  #pause(): void {
    if (this.#over) return;
    this.#paused = true;
    this.#readBy = NEVER;
    this.#stream.pause();
  }

  /** All streams of a session are read together: when that is done, nothing more comes for now. */
  #announceReadEnd(): void {
    if (this.#readEndDue) return;
    this.#readEndDue = true;
    process.nextTick(() => {
      this.#readEndDue = false;
      if (!this.#over) this.#handler.onReadEnd();
    });
  }

  #schedule(now: number): void {
    this.#deadline.set(Math.min(this.#readBy, this.#writeBy), now);
  }

  #settle(): void {
    this.#over = true;
    this.#deadline.close();
    // What still comes is read away, so that the stream can close.
    this.#stream.resume();
  }

  #fail(error: UpstreamError): void {
    this.#settle();
    this.#stream.close(constants.NGHTTP2_CANCEL);
    this.#handler.onError(error);
  }

  #failure(failure: UpstreamFailure, what: string): UpstreamError {
    return new UpstreamError(failure, this.#phase(), `the upstream ${this.#owner.origin.authority} ${what}`);
  }

  #phase(): UpstreamPhase {
    if (!this.#owner.open) return 'connect';
    if (this.#headSeen) return 'body';
    return this.#sent || this.#interims > 0 ? 'head' : 'request';
  }

  /** Why the stream has closed before its answer was complete. */
  #reasonOfEnd(): UpstreamError {
    const { connectFailure, origin, ended } = this.#owner;
    if (connectFailure !== undefined) return connectFailure;
    const cause = this.#owner.cause ?? this.#error;
    const options = cause === undefined ? {} : { cause };
    const again = this.#request.fresh !== true;
    const { rstCode, id } = this.#stream;
    if (rstCode === constants.NGHTTP2_REFUSED_STREAM || this.#owner.skipped(id)) {
      const message = `the upstream ${origin.authority} has not looked at the request`;
      return new UpstreamError('closed', 'connect', message, { ...options, stale: again && !this.#headSeen });
    }
    const phase = this.#phase();
    if (cause !== undefined && 'code' in cause && cause.code === 'ERR_HTTP2_ERROR') {
      const message = `the upstream ${origin.authority} does not speak HTTP/2: ${cause.message}`;
      return new UpstreamError('malformed', phase, message, options);
    }
    const before = phase === 'body' ? 'before its answer was complete' : 'without an answer';
    if (!ended) {
      const name = RESET_NAMES[rstCode ?? 0] ?? String(rstCode);
      const message = `the upstream ${origin.authority} reset the stream ${before} (${name})`;
      return new UpstreamError('closed', phase, message, options);
    }
    const reason = this.#owner.cause === undefined ? '' : `: ${this.#owner.cause.message}`;
    const message = `the upstream ${origin.authority} closed the connection ${before}${reason}`;
    const stale = again && this.#reused && phase !== 'body' && this.#interims === 0;
    return new UpstreamError('closed', phase, message, { ...options, stale });
  }
}

function headOf(fields: AnswerFields, rawHeaders: readonly string[]): UpstreamHead {
  const status = fields[':status'] ?? 0;
  return { status, version: '2.0', reason: STATUS_CODES[status] ?? '', rawHeaders };
}

function saysNothingOfLength(status: number, method: string, fields: AnswerFields): boolean {
  return fields['content-length'] === undefined && method !== 'HEAD' && status !== 204 && status !== 304;
}
