import {
  type ClientHttp2Session,
  connect,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from 'node:http2';

/** An answer as an HTTP/2 client saw it. */
export interface Http2Answer {
  /** 0 where there was none. */
  readonly status: number;
  /** Names and values, without those of HTTP/2 itself. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Whether the stream ended with the head. */
  readonly headersEndStream: boolean;
  readonly interims: readonly IncomingHttpHeaders[];
  readonly body: Buffer;
  readonly trailers: IncomingHttpHeaders | undefined;
  /** The code of RST_STREAM; 0 for none. */
  readonly reset: number;
}

/** A client's HTTP/2 connection to a port of 127.0.0.1. */
export class Http2Caller {
  readonly session: ClientHttp2Session;
  /** The codes of the GOAWAY frames so far. */
  readonly goaways: number[] = [];

  private constructor(session: ClientHttp2Session) {
    this.session = session;
    session.on('goaway', (code: number) => this.goaways.push(code));
    // A connection that the gateway ends is what some tests are about.
    session.on('error', () => {});
  }

  /** Speaks TLS where its options are given, without checking the certificate. */
  static async connect(port: number, tls?: SecureClientSessionOptions): Promise<Http2Caller> {
    const session =
      tls === undefined
        ? connect(`http://127.0.0.1:${port}`)
        : connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false, ...tls });
    await new Promise<void>((resolve, reject) => {
      session.once('connect', () => resolve()).once('error', reject);
    });
    return new Http2Caller(session);
  }

  /** Sends a request and waits for its stream to close. A body is sent with the stream's end. */
  async call(
    headers: OutgoingHttpHeaders,
    body?: string | Buffer,
    trailers?: OutgoingHttpHeaders,
  ): Promise<Http2Answer> {
    const stream = this.session.request(headers, {
      endStream: body === undefined,
      waitForTrailers: trailers !== undefined,
    });
    const interims: IncomingHttpHeaders[] = [];
    const chunks: Buffer[] = [];
    let head: { readonly fields: readonly string[]; readonly flags: number } | undefined;
    let received: IncomingHttpHeaders | undefined;
    stream
      .on('headers', (fields: IncomingHttpHeaders) => interims.push(fields))
      .on('response', (_fields: object, flags: number, fields: readonly string[]) => {
        head = { fields, flags };
      })
      .on('trailers', (fields: IncomingHttpHeaders) => {
        received = fields;
      })
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('wantTrailers', () => stream.sendTrailers(trailers ?? {}))
      .on('error', () => {});
    if (body !== undefined) stream.end(body);
    await new Promise((resolve) => stream.once('close', resolve));
    const fields = pairs(head?.fields ?? []);
    return {
      status: Number(fields.find(([name]) => name === ':status')?.[1] ?? 0),
      headers: fields.filter(([name]) => !name.startsWith(':')),
      headersEndStream: ((head?.flags ?? 0) & constants.NGHTTP2_FLAG_END_STREAM) !== 0,
      interims,
      body: Buffer.concat(chunks),
      trailers: received,
      reset: stream.rstCode,
    };
  }

  /** Ends the connection at once. */
  close(): void {
    this.session.destroy();
  }
}

/** The value of a header of an answer. */
export function headerOf(answer: Http2Answer, name: string): string | undefined {
  return answer.headers.find(([given]) => given === name)?.[1];
}

function pairs(fields: readonly string[]): readonly (readonly [string, string])[] {
  const result: (readonly [string, string])[] = [];
  for (let at = 0; at < fields.length; at += 2) result.push([fields[at] ?? '', fields[at + 1] ?? '']);
  return result;
}
