import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { type Framing, framingOf, noHead, parseHead, type RawHead } from './raw-message.js';

/** An answer as it came over the wire. Text is latin1, one character a byte. */
export interface RawAnswer extends RawHead {
  /** Answers with a 1xx status before this one, 101 excluded. */
  readonly interims: readonly RawHead[];
  readonly framing: Framing;
  /** The body without its framing; behind a 101 everything until the connection ended; else bytes that are no answer (then `status` is 0). */
  readonly body: string;
  /** The payloads of the chunks of a chunked body, in order. */
  readonly chunks: readonly string[];
  /** The trailer section as sent, without the empty line. */
  readonly trailers: string;
  /** Whether the body came to the end its framing promised. */
  readonly complete: boolean;
}

/** What a client does next: write bytes, wait until it has received a text, or call a function. */
export type Part =
  | string
  | Buffer
  | { readonly until: string }
  | ((client: RawClient) => void | Promise<void>);

export interface ExchangeOptions {
  /** How many answers to read before hanging up; all until the gateway hangs up when absent. */
  readonly answers?: number;
  /** The methods of the requests, needed where one is HEAD and not the first; the first is read off `parts`. */
  readonly methods?: readonly string[];
  /** Speak TLS. */
  readonly tls?: ConnectionOptions;
  /** The address of this machine to come from. */
  readonly from?: string;
  /** Milliseconds until the exchange fails with what has come so far; 10,000 by default. */
  readonly timeout?: number;
}

/**
 * Sends `parts` over a connection of its own and returns the answers: none where the connection ended without a
 * byte, one with status 0 for bytes that are no answer. Fails when it takes longer than `timeout`.
 */
export async function exchange(
  port: number,
  parts: readonly Part[],
  options: ExchangeOptions = {},
): Promise<RawAnswer[]> {
  const client = await RawClient.connect(port, options.tls, options.from);
  const timeout = options.timeout ?? 10_000;
  const timer = setTimeout(() => client.giveUp(`no end of the exchange after ${timeout} ms`), timeout);
  try {
    const [first] = parts;
    const methods = options.methods ?? [typeof first === 'string' ? (first.split(' ')[0] ?? '') : ''];
    const reading = client.answers(options.answers ?? Number.POSITIVE_INFINITY, methods);
    // Its failure is seen below, unless that of `play` comes first.
    reading.catch(() => {});
    await client.play(parts);
    return await reading;
  } finally {
    clearTimeout(timer);
    client.close();
  }
}

/** A connection that sends raw bytes and reads answers. */
export class RawClient {
  readonly socket: Socket;
  #received = '';
  #at = 0;
  #end: 'fin' | 'reset' | undefined;
  #fault: Error | undefined;
  readonly #waiting = new Set<() => void>();

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('latin1');
      this.#wake();
    });
    socket.on('end', () => this.#onEnd('fin'));
    socket.on('error', () => this.#onEnd('reset'));
    socket.on('close', () => this.#onEnd('reset'));
  }

  /** Connects to a port of 127.0.0.1; over TLS where its options are given, without checking the certificate. */
  static connect(port: number, tls?: ConnectionOptions, from?: string): Promise<RawClient> {
    const here = from === undefined ? {} : { localAddress: from };
    const where = { host: '127.0.0.1', port, allowHalfOpen: true, ...here };
    return new Promise((resolve, reject) => {
      const socket =
        tls === undefined ? connectTcp(where) : connectTls({ rejectUnauthorized: false, ...tls, ...where });
      socket.setNoDelay(true);
      socket.once('error', reject);
      socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
        socket.off('error', reject);
        resolve(new RawClient(socket));
      });
    });
  }

  /** Everything received so far. */
  get received(): string {
    return this.#received;
  }

  /** How the gateway ended the connection; undefined while it has not. */
  get ended(): 'fin' | 'reset' | undefined {
    return this.#end;
  }

  write(data: string | Buffer): void {
    if (typeof data === 'string') this.socket.write(data, 'latin1');
    else this.socket.write(data);
  }

  /** Ends this side of the connection (FIN). */
  end(): void {
    this.socket.end();
  }

  /** Breaks the connection (RST). */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Drops the connection. */
  close(): void {
    this.socket.destroy();
  }

  /** Makes everything that waits fail. */
  giveUp(reason: string): void {
    this.#fault = new Error(`${reason}; received so far: ${JSON.stringify(this.#received.slice(-2000))}`);
    this.#wake();
  }

  /** Does one part after the other. */
  async play(parts: readonly Part[]): Promise<void> {
    for (const part of parts) {
      if (typeof part === 'string' || Buffer.isBuffer(part)) this.write(part);
      else if (typeof part === 'function') await part(this);
      else await this.until(part.until);
    }
  }

  /** Resolves once `text` has been received, or the connection has ended. */
  async until(text: string): Promise<void> {
    await this.#wait(() => this.#received.includes(text));
  }

  /** Resolves once the gateway has ended the connection. */
  async untilEnd(): Promise<void> {
    await this.#wait(() => false);
  }

  /** Reads up to `count` answers, fewer where the connection ends before. */
  async answers(count: number, methods: readonly string[] = []): Promise<RawAnswer[]> {
    const list: RawAnswer[] = [];
    while (list.length < count) {
      const answer = await this.answer(methods[list.length]);
      if (answer === undefined) break;
      list.push(answer);
    }
    return list;
  }

  /** Reads the next answer, one to `method`; undefined where the connection ends before its first byte. */
  async answer(method = 'GET'): Promise<RawAnswer | undefined> {
    const interims: RawHead[] = [];
    for (;;) {
      const head = await this.#head();
      if (head === undefined && this.#at === this.#received.length && interims.length === 0) return undefined;
      if (head === undefined) return { ...garbage(this.#take()), interims };
      if (head.status < 100 || head.status > 199 || head.status === 101)
        return this.#body(head, interims, method);
      interims.push(head);
    }
  }

  /** Undefined where what comes is no head. */
  async #head(): Promise<RawHead | undefined> {
    const whole = await this.#wait(() => this.#received.includes('\r\n\r\n', this.#at));
    const end = this.#received.indexOf('\r\n\r\n', this.#at) + 4;
    const head = whole ? parseHead(this.#received.slice(this.#at, end)) : undefined;
    if (head !== undefined) this.#at = end;
    else await this.untilEnd();
    return head;
  }

  async #body(head: RawHead, interims: readonly RawHead[], method: string): Promise<RawAnswer> {
    const none = { ...head, interims, body: '', chunks: [], trailers: '', complete: true };
    if (head.status === 101) return { ...none, framing: 'upgrade', body: await this.#rest() };
    const framing = framingOf(head, method);
    if (framing === 'none') return { ...none, framing };
    if (framing === 'chunked') return { ...none, framing, ...(await this.#chunks()) };
    if (framing === 'close')
      return { ...none, framing, body: await this.#rest(), complete: this.#end === 'fin' };
    const length = Number(head.value('content-length'));
    const complete = await this.#wait(() => this.#received.length - this.#at >= length);
    return { ...none, framing, body: this.#take(length), complete };
  }

  async #chunks(): Promise<Pick<RawAnswer, 'body' | 'chunks' | 'trailers' | 'complete'>> {
    const chunks: string[] = [];
    let trailers = '';
    const result = (complete: boolean) => ({ body: chunks.join(''), chunks, trailers, complete });
    for (;;) {
      const size = Number.parseInt((await this.#line()) ?? '', 16);
      if (Number.isNaN(size)) return result(false);
      if (size === 0) break;
      const whole = await this.#wait(() => this.#received.length - this.#at >= size + 2);
      chunks.push(this.#take(size));
      this.#take(2);
      if (!whole) return result(false);
    }
    for (;;) {
      const line = await this.#line();
      if (line === '') return result(true);
      if (line === undefined) return result(false);
      trailers += `${line}\r\n`;
    }
  }

  /** The next line without its end; undefined where the connection ends before. */
  async #line(): Promise<string | undefined> {
    if (!(await this.#wait(() => this.#received.includes('\r\n', this.#at)))) return undefined;
    const line = this.#take(this.#received.indexOf('\r\n', this.#at) - this.#at);
    this.#take(2);
    return line;
  }

  async #rest(): Promise<string> {
    await this.untilEnd();
    return this.#take();
  }

  #take(length = Number.POSITIVE_INFINITY): string {
    const text = this.#received.slice(this.#at, this.#at + length);
    this.#at += text.length;
    return text;
  }

  /** Waits until `ready`; false where the connection has ended before. */
  async #wait(ready: () => boolean): Promise<boolean> {
    while (!ready()) {
      if (this.#fault !== undefined) throw this.#fault;
      if (this.#end !== undefined) return false;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
    return true;
  }

  #onEnd(how: 'fin' | 'reset'): void {
    this.#end ??= how;
    this.#wake();
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

function garbage(text: string): RawAnswer {
  return {
    ...noHead(text),
    interims: [],
    framing: 'none',
    body: text,
    chunks: [],
    trailers: '',
    complete: false,
  };
}
