import { type MalformedMessage, OversizedMessage } from '#gateway/proxy/http1/malformed.js';
import type { RequestHead } from '#gateway/proxy/http1/request-head.js';
import { type RequestLimits, RequestParser, type RequestSink } from '#gateway/proxy/http1/request-parser.js';

/** The limits of a client's connection. */
export const LIMITS: RequestLimits = { headBytes: 32_768, headFields: 1_000 };

/** What a parser made of some bytes. */
export interface Parsed {
  readonly method: string | undefined;
  readonly target: string | undefined;
  readonly version: string | undefined;
  readonly versionUnsupported: boolean;
  readonly rawHeaders: readonly string[];
  /** `none`, `length N`, `chunked` or `unsupported`. */
  readonly framing: string | undefined;
  readonly connection: string | undefined;
  readonly persistent: boolean;
  readonly upgrade: boolean;
  readonly expectsContinue: boolean;
  readonly longestLine: number;
  readonly body: string;
  readonly rawTrailers: readonly string[];
  readonly outcome:
    | 'ended'
    | 'malformed head'
    | 'malformed body'
    | 'oversized head'
    | 'oversized body'
    | 'cut';
  /** How many bytes the request took; all where it did not end. */
  readonly taken: number;
}

/** What came of some bytes, and what was said of them: that may depend on how they were split. */
export interface Verdict {
  readonly parsed: Parsed;
  readonly message: string | undefined;
}

class Recorder implements RequestSink {
  head: RequestHead | undefined;
  body = '';
  rawTrailers: readonly string[] = [];
  ended = false;
  error: MalformedMessage | undefined;
  inBody = false;

  onHead(head: RequestHead): void {
    this.head = head;
  }

  onBody(bytes: Buffer, start: number, end: number): void {
    this.body += bytes.toString('latin1', start, end);
  }

  onEnd(rawTrailers: readonly string[]): void {
    this.ended = true;
    this.rawTrailers = rawTrailers;
  }

  onMalformed(error: MalformedMessage, inBody: boolean): void {
    this.error = error;
    this.inBody = inBody;
  }

  get outcome(): Parsed['outcome'] {
    if (this.error !== undefined) {
      const how = this.error instanceof OversizedMessage ? 'oversized' : 'malformed';
      return `${how} ${this.inBody ? 'body' : 'head'}`;
    }
    const { head } = this;
    const bodiless =
      head?.framing.kind === 'none' || (head?.framing.kind === 'length' && head.framing.length === 0);
    return this.ended || bodiless || head?.framing.kind === 'unsupported' ? 'ended' : 'cut';
  }
}

/** Parses one request from the pieces, as a connection would. */
export function judge(pieces: readonly Buffer[], limits = LIMITS): Verdict {
  const recorder = new Recorder();
  const parser = new RequestParser(recorder, limits);
  parser.begin();
  let taken = 0;
  for (const piece of pieces) {
    // The parser may overwrite what it reads.
    const bytes = Buffer.from(piece);
    for (let at = 0; at < bytes.length && !parser.stopped; ) {
      const from = at;
      at = parser.read(bytes, from, bytes.length);
      taken += at - from;
    }
  }
  const { head, body, rawTrailers, outcome, error } = recorder;
  const framing = head?.framing;
  const parsed = {
    method: head?.method,
    target: head?.target,
    version: head?.version,
    versionUnsupported: head?.versionUnsupported ?? false,
    rawHeaders: head?.rawHeaders ?? [],
    framing: framing?.kind === 'length' ? `length ${framing.length}` : framing?.kind,
    connection: head?.connection,
    persistent: head?.persistent ?? false,
    upgrade: head?.upgrade ?? false,
    expectsContinue: head?.expectsContinue ?? false,
    longestLine: head?.longestLine ?? 0,
    body,
    rawTrailers,
    outcome,
    taken: outcome === 'ended' ? taken : pieces.reduce((sum, piece) => sum + piece.length, 0),
  };
  return { parsed, message: error?.message };
}

/** What came of the pieces. */
export function parse(pieces: readonly Buffer[], limits = LIMITS): Parsed {
  return judge(pieces, limits).parsed;
}
