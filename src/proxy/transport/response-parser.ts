import { ChunkedDecoder } from '../http1/chunked.js';
import { HeadReader } from '../http1/head-reader.js';
import { MalformedMessage } from '../http1/malformed.js';
import { parseResponseHead, type ResponseHead } from './response-head.js';
import { UpstreamError } from './upstream-error.js';

/** How much of an answer is taken before it is refused. */
export interface ResponseLimits {
  /** Bytes of one head, and of one trailer section. */
  readonly headBytes: number;
  /** Fields of one head, and of one trailer section. */
  readonly headFields: number;
  /** Interim answers (1xx) before the final one. */
  readonly interims: number;
}

/** Hears what is in an answer. `onEnd` and `onMalformed` are last calls; either comes once at most. */
export interface ResponseSink {
  onInterim(head: ResponseHead): void;
  onHead(head: ResponseHead): void;
  /** A piece of the body: `bytes` from `start` to `end`, to be copied where it outlives the call. */
  onBody(bytes: Buffer, start: number, end: number): void;
  /** `reusable`: the connection is at the start of the next answer, and the head allows another request. */
  onEnd(rawTrailers: readonly string[], reusable: boolean): void;
  onMalformed(error: UpstreamError): void;
}

const NO_TRAILERS: readonly string[] = [];
const PREFIX = Buffer.from('HTTP/1.', 'latin1');

type State = 'stopped' | 'head' | 'length' | 'chunked' | 'until_close';

/**
 * Reads one answer after the other from bytes pushed into it, however they are split. It knows no sockets, and the
 * same bytes give the same answer for every split. The sink may call `stop` and `begin` from within its calls.
 */
export class ResponseParser {
  readonly #sink: ResponseSink;
  readonly #limits: ResponseLimits;
  readonly #headReader: HeadReader;
  readonly #chunked: ChunkedDecoder;
  #state: State = 'stopped';
  #bodiless = false;
  #switchable = false;
  #persistent = false;
  #interims = 0;
  #remaining = 0;

  constructor(sink: ResponseSink, limits: ResponseLimits) {
    this.#sink = sink;
    this.#limits = limits;
    this.#headReader = new HeadReader(limits.headBytes, 'head');
    this.#chunked = new ChunkedDecoder(limits.headBytes, limits.headFields);
  }

  /**
   * Expects an answer. `bodiless`: to a HEAD, whose answer has no body whatever its head says. `switchable`: the
   * request asked to switch protocols, so that a 101 is a final answer and all behind it raw bytes.
   */
  begin(bodiless: boolean, switchable = false): void {
    this.#state = 'head';
    this.#bodiless = bodiless;
    this.#switchable = switchable;
    this.#interims = 0;
    this.#headReader.reset();
  }

  /** Drops the answer under way: the sink hears no more of it. */
  stop(): void {
    this.#state = 'stopped';
  }

  /** Takes the bytes from `start` to `end`; it may overwrite them. */
  read(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (this.#state === 'head' && at < end) at = this.#readHead(bytes, at, end);
    if (at === end) return;
    switch (this.#state) {
      case 'length':
        this.#readLength(bytes, at, end);
        return;
      case 'chunked':
        this.#readChunked(bytes, at, end);
        return;
      case 'until_close':
        this.#sink.onBody(bytes, at, end);
        return;
      default:
    }
  }

  /** The connection has ended. Ends a body that is delimited by that and returns true; else returns false. */
  finish(): boolean {
    if (this.#state !== 'until_close') return false;
    this.#end(NO_TRAILERS, false);
    return true;
  }

  /** Returns the offset behind the head, or `end` when it is not complete or the answer has ended with it. */
  #readHead(bytes: Buffer, start: number, end: number): number {
    let after: number;
    let head: ResponseHead;
    try {
      this.#checkPrefix(bytes, start, end);
      after = this.#headReader.read(bytes, start, end);
      if (after === -1) return end;
      head = parseResponseHead(this.#headReader.take(bytes, start, after), this.#limits.headFields);
      if (this.#isInterim(head.status)) this.#checkInterim(head.status);
    } catch (error) {
      return this.#fail('head', error, end);
    }
    if (this.#isInterim(head.status)) {
      this.#sink.onInterim(head);
      return after;
    }
    this.#expectBody(head);
    this.#sink.onHead(head);
    if (this.#state !== 'length' || this.#remaining > 0) return after;
    this.#end(NO_TRAILERS, after === end);
    return end;
  }

  /** What speaks another protocol is told at its first bytes, not when the read times out. */
  #checkPrefix(bytes: Buffer, start: number, end: number): void {
    const { length } = this.#headReader;
    const missing = Math.min(PREFIX.length - length, end - start);
    for (let index = 0; index < missing; index += 1) {
      if (bytes[start + index] !== PREFIX[length + index]) {
        throw new MalformedMessage('it does not begin with HTTP/1.0 or HTTP/1.1');
      }
    }
  }

  #isInterim(status: number): boolean {
    return status < 200 && !(status === 101 && this.#switchable);
  }

  #checkInterim(status: number): void {
    this.#interims += 1;
    if (status === 101)
      throw new MalformedMessage('it switches protocols (101), which the request did not ask for');
    if (this.#interims > this.#limits.interims) {
      throw new MalformedMessage(`more than ${this.#limits.interims} interim answers`);
    }
  }

  /** RFC 9112 6.3: the length of a message's body. */
  #expectBody(head: ResponseHead): void {
    this.#persistent = head.persistent;
    if (head.status === 101) {
      this.#state = 'until_close';
    } else if (this.#bodiless || head.status === 204 || head.status === 304) {
      this.#state = 'length';
      this.#remaining = 0;
    } else if (head.chunked) {
      this.#state = 'chunked';
      this.#chunked.reset();
    } else if (head.contentLength >= 0) {
      this.#state = 'length';
      this.#remaining = head.contentLength;
    } else {
      this.#state = 'until_close';
    }
  }

  #readLength(bytes: Buffer, at: number, end: number): void {
    const length = Math.min(this.#remaining, end - at);
    this.#remaining -= length;
    this.#sink.onBody(bytes, at, at + length);
    if (this.#remaining === 0 && this.#state === 'length') this.#end(NO_TRAILERS, at + length === end);
  }

  #readChunked(bytes: Buffer, start: number, end: number): void {
    const decoder = this.#chunked;
    const at = decoder.readAll(bytes, start, end);
    if (decoder.to > decoder.from) this.#sink.onBody(bytes, decoder.from, decoder.to);
    if (this.#state !== 'chunked') return;
    if (decoder.failure !== undefined) this.#fail('body', decoder.failure, end);
    else if (decoder.done) this.#end(decoder.rawTrailers, at === end);
  }

  #end(rawTrailers: readonly string[], atEnd: boolean): void {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    this.#sink.onEnd(rawTrailers, atEnd && this.#persistent);
  }

  #fail(phase: 'head' | 'body', error: unknown, end: number): number {
    this.#state = 'stopped';
    if (!(error instanceof MalformedMessage)) throw error;
    const message = `the upstream's answer is malformed: ${error.message}`;
    this.#sink.onMalformed(new UpstreamError('malformed', phase, message));
    return end;
  }
}
