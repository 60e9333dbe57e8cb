import { ChunkedDecoder } from './chunked.js';
import { CR, LF } from './field-syntax.js';
import { HeadReader } from './head-reader.js';
import { MalformedMessage } from './malformed.js';
import { isMethodByte, parseRequestHead, parseRequestLine, type RequestHead } from './request-head.js';

/** How much of a request's head is taken before it is refused. */
export interface RequestLimits {
  /** Bytes of one head, and of one trailer section. */
  readonly headBytes: number;
  /** Fields of one head, and of one trailer section. */
  readonly headFields: number;
}

/**
 * Hears what is in a request. `onEnd` and `onMalformed` are last calls; either comes once at most, and `onEnd` only
 * behind a body. The sink may call `stop` and `begin` from within its calls.
 */
export interface RequestSink {
  onHead(head: RequestHead): void;
  /** A piece of the body: `bytes` from `start` to `end`, to be copied where it outlives the call. */
  onBody(bytes: Buffer, start: number, end: number): void;
  onEnd(rawTrailers: readonly string[]): void;
  /** `inBody`: the head was sound. Nothing behind the fault can be understood. */
  onMalformed(error: MalformedMessage, inBody: boolean): void;
}

const NO_TRAILERS: readonly string[] = [];

type State = 'stopped' | 'lost' | 'head' | 'length' | 'chunked';

/**
 * Reads requests from bytes pushed into it, however they are split, one at a time. It knows no sockets, and the same
 * bytes give the same request for every split. The counterpart of transport/response-parser.ts.
 */
export class RequestParser {
  readonly #sink: RequestSink;
  readonly #limits: RequestLimits;
  readonly #headReader: HeadReader;
  #chunked: ChunkedDecoder | undefined;
  #state: State = 'head';
  #lineChecked = false;
  #remaining = 0;
  #firstLine = '';

  constructor(sink: RequestSink, limits: RequestLimits) {
    this.#sink = sink;
    this.#limits = limits;
    this.#headReader = new HeadReader(limits.headBytes, 'head');
  }

  /** Expects the next request. */
  begin(): void {
    this.#state = 'head';
    this.#lineChecked = false;
    this.#headReader.reset();
  }

  /** Whether the request under way has been read to its end: what follows is another. */
  get stopped(): boolean {
    return this.#state === 'stopped';
  }

  /** Whether part of a head has come. */
  get inHead(): boolean {
    return this.#state === 'head' && this.#headReader.length > 0;
  }

  /** The first line of what was refused, as far as it came. */
  get firstLine(): string {
    return this.#firstLine;
  }

  /** Gives the request under way up: where it ends will never be known. */
  stop(): void {
    this.#state = 'lost';
  }

  /** Takes bytes from `start` on, up to the end of a request's head or of its body, and returns how far it got. */
  read(bytes: Buffer, start: number, end: number): number {
    switch (this.#state) {
      case 'head':
        return this.#readHead(bytes, start, end);
      case 'length':
        return this.#readLength(bytes, start, end);
      case 'chunked':
        return this.#readChunked(bytes, start, end);
      default:
        return end;
    }
  }

  #readHead(bytes: Buffer, start: number, end: number): number {
    let at = start;
    // Empty lines in front of a request are skipped (RFC 9112, 2.2).
    if (this.#headReader.length === 0) {
      while (at < end && (bytes[at] === CR || bytes[at] === LF)) at += 1;
      if (at === end) return end;
    }
    let after: number;
    let text = '';
    let head: RequestHead;
    try {
      after = this.#headReader.read(bytes, at, end);
      if (after === -1) {
        this.#checkLine(bytes, at, end);
        return end;
      }
      text = this.#headReader.take(bytes, at, after);
      head = parseRequestHead(text, this.#limits.headFields);
    } catch (error) {
      this.#noteLine(text || this.#headReader.gathered || bytes.toString('latin1', at, end));
      return this.#fail(error, false, end);
    }
    this.#expectBody(head);
    this.#sink.onHead(head);
    return after;
  }

  /** A client that speaks something else is told at its first line, not when its time is up. */
  #checkLine(bytes: Buffer, start: number, end: number): void {
    if (this.#lineChecked) return;
    const first = this.#headReader.length === end - start ? bytes[start] : undefined;
    if (first !== undefined && !isMethodByte(first)) throw new MalformedMessage('it begins with no method');
    if (!bytes.subarray(start, end).includes(LF)) return;
    const text = this.#headReader.gathered;
    parseRequestLine(text, text.indexOf('\n'));
    this.#lineChecked = true;
  }

  #noteLine(text: string): void {
    this.#firstLine = text.split(/\r?\n/, 1)[0] ?? '';
  }

  #expectBody(head: RequestHead): void {
    if (head.framing.kind === 'chunked') {
      this.#state = 'chunked';
      this.#chunked ??= new ChunkedDecoder(this.#limits.headBytes, this.#limits.headFields);
      this.#chunked.reset();
      return;
    }
    this.#remaining = head.framing.kind === 'length' ? head.framing.length : 0;
    if (head.framing.kind === 'unsupported') this.#state = 'lost';
    else this.#state = this.#remaining > 0 ? 'length' : 'stopped';
  }

  #readLength(bytes: Buffer, at: number, end: number): number {
    const length = Math.min(this.#remaining, end - at);
    this.#remaining -= length;
    this.#sink.onBody(bytes, at, at + length);
    if (this.#remaining === 0 && this.#state === 'length') this.#end(NO_TRAILERS);
    return at + length;
  }

  #readChunked(bytes: Buffer, start: number, end: number): number {
    const decoder = this.#chunked;
    if (decoder === undefined) return end;
    const at = decoder.readAll(bytes, start, end);
    if (decoder.to > decoder.from) this.#sink.onBody(bytes, decoder.from, decoder.to);
    if (this.#state !== 'chunked') return at;
    if (decoder.failure !== undefined) return this.#fail(decoder.failure, true, end);
    if (decoder.done) this.#end(decoder.rawTrailers);
    return at;
  }

  #end(rawTrailers: readonly string[]): void {
    this.#state = 'stopped';
    this.#sink.onEnd(rawTrailers);
  }

  #fail(error: unknown, inBody: boolean, end: number): number {
    this.#state = 'lost';
    if (!(error instanceof MalformedMessage)) throw error;
    this.#sink.onMalformed(error, inBody);
    return end;
  }
}
