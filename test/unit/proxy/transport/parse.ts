import type { ResponseHead } from '#gateway/proxy/transport/response-head.js';
import {
  type ResponseLimits,
  ResponseParser,
  type ResponseSink,
} from '#gateway/proxy/transport/response-parser.js';
import type { UpstreamError } from '#gateway/proxy/transport/upstream-error.js';

/** The limits of an Http1Transport with default options. */
export const LIMITS: ResponseLimits = { headBytes: 65_536, headFields: 1_000, interims: 64 };

/** What a parser made of some bytes. */
export interface Parsed {
  readonly interims: readonly number[];
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly rawHeaders: readonly string[];
  readonly body: string;
  readonly rawTrailers: readonly string[];
  /** `ended` by its own framing, `ended by close`, `malformed`, or `cut` by the end of the bytes. */
  readonly outcome: 'ended' | 'ended by close' | 'malformed' | 'cut';
  readonly reusable: boolean;
  readonly phase: string | undefined;
  readonly message: string | undefined;
}

class Recorder implements ResponseSink {
  readonly interims: number[] = [];
  head: ResponseHead | undefined;
  body = '';
  rawTrailers: readonly string[] = [];
  ended = false;
  reusable = false;
  error: UpstreamError | undefined;

  onInterim(head: ResponseHead): void {
    this.interims.push(head.status);
  }

  onHead(head: ResponseHead): void {
    this.head = head;
  }

  onBody(bytes: Buffer, start: number, end: number): void {
    this.body += bytes.toString('latin1', start, end);
  }

  onEnd(rawTrailers: readonly string[], reusable: boolean): void {
    this.ended = true;
    this.rawTrailers = rawTrailers;
    this.reusable = reusable;
  }

  onMalformed(error: UpstreamError): void {
    this.error = error;
  }
}

/** Parses the pieces one after the other, then the end of the connection. */
export function parse(pieces: readonly Buffer[], bodiless = false, limits = LIMITS): Parsed {
  const recorder = new Recorder();
  const parser = new ResponseParser(recorder, limits);
  parser.begin(bodiless);
  // Once the answer has ended, a connection drops whatever else comes.
  let extra = false;
  for (const piece of pieces) {
    if (recorder.ended || recorder.error !== undefined) extra ||= piece.length > 0;
    // The parser may overwrite what it reads.
    else parser.read(Buffer.from(piece), 0, piece.length);
  }
  const byFraming = recorder.ended;
  if (!byFraming && recorder.error === undefined) parser.finish();
  return {
    interims: recorder.interims,
    status: recorder.head?.status,
    reason: recorder.head?.reason,
    rawHeaders: recorder.head?.rawHeaders ?? [],
    body: recorder.body,
    rawTrailers: recorder.rawTrailers,
    outcome:
      recorder.error !== undefined
        ? 'malformed'
        : byFraming
          ? 'ended'
          : recorder.ended
            ? 'ended by close'
            : 'cut',
    reusable: recorder.reusable && !extra,
    phase: recorder.error?.phase,
    message: recorder.error?.message,
  };
}

/** The bytes cut in two at every boundary, and into single bytes. */
export function* splits(bytes: Buffer): Generator<readonly Buffer[]> {
  for (let at = 1; at < bytes.length; at += 1) yield [bytes.subarray(0, at), bytes.subarray(at)];
  yield Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
}

/** A latin1 text as bytes. */
export function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
