import assert from 'node:assert/strict';
import type {
  Origin,
  Transport,
  UpstreamCall,
  UpstreamHandler,
  UpstreamHead,
  UpstreamRequest,
  UpstreamTimeouts,
  UpstreamTls,
} from '#gateway/proxy/transport/transport.js';
import type { UpstreamError } from '#gateway/proxy/transport/upstream-error.js';

/** What the cases set of a transport. A name means the same for every implementation. */
export interface TransportSettings {
  readonly poolSize?: number;
  readonly idleTimeout?: number;
  readonly maxRequests?: number;
}

/** Makes the transport under test. */
export type MakeTransport = (settings?: TransportSettings) => Transport;

/** Long enough to never pass in a test. */
export const PATIENT: UpstreamTimeouts = { connect: 60_000, write: 60_000, read: 60_000 };

export const GET: UpstreamRequest = {
  method: 'GET',
  target: '/',
  rawHeaders: ['Host', 'upstream.test', 'Connection', 'keep-alive'],
  body: { kind: 'none' },
  timeouts: PATIENT,
};

export const CHUNKED_POST: UpstreamRequest = {
  ...GET,
  method: 'POST',
  rawHeaders: [...GET.rawHeaders, 'Transfer-Encoding', 'chunked'],
  body: { kind: 'chunked' },
};

/** A POST with a body of `length` bytes that is streamed. */
export function lengthPost(length: number): UpstreamRequest {
  return {
    ...GET,
    method: 'POST',
    rawHeaders: [...GET.rawHeaders, 'Content-Length', String(length)],
    body: { kind: 'length' },
  };
}

/** A POST with a whole body. */
export function wholePost(bytes: Buffer): UpstreamRequest {
  return {
    ...GET,
    method: 'POST',
    rawHeaders: [...GET.rawHeaders, 'Content-Length', String(bytes.length)],
    body: { kind: 'whole', bytes },
  };
}

/** An origin on 127.0.0.1. */
export function originOf(port: number, tls?: Origin['tls']): Origin {
  return {
    host: '127.0.0.1',
    port,
    authority: `127.0.0.1:${port}`,
    tls,
    key: `${port} ${tls === undefined ? '' : tlsKey(tls)}`,
  };
}

function tlsKey({ servername, verification, identity }: UpstreamTls): string {
  const { name, authorities, depth } = verification ?? {};
  return `${servername} ${name} ${authorities?.key} ${depth} ${identity?.key}`;
}

/** Takes an answer and keeps all of it. Fails on any call that the contract forbids. */
export class Exchange implements UpstreamHandler {
  readonly interims: UpstreamHead[] = [];
  head: UpstreamHead | undefined;
  readonly chunks: Buffer[] = [];
  rawTrailers: readonly string[] = [];
  error: UpstreamError | undefined;
  drains = 0;
  /** What `onData` answers. */
  accepting = true;
  /** Called at each event, so that a test can act from within it. */
  on: (event: 'interim' | 'head' | 'data' | 'end' | 'error' | 'drain') => void = () => {};
  /** Resolves at the last call. */
  readonly settled: Promise<void>;
  #over: 'end' | 'error' | undefined;
  #call: UpstreamCall | undefined;
  #aborted = false;
  #settle: () => void = () => {};

  constructor() {
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  static send(
    transport: Transport,
    origin: Origin,
    request: UpstreamRequest,
    prepare?: (exchange: Exchange) => void,
  ) {
    const exchange = new Exchange();
    prepare?.(exchange);
    exchange.#call = transport.send(origin, request, exchange);
    return exchange;
  }

  get call(): UpstreamCall {
    assert.ok(this.#call !== undefined, 'a handler was called from inside send');
    return this.#call;
  }

  get body(): string {
    return Buffer.concat(this.chunks).toString('latin1');
  }

  get over(): boolean {
    return this.#over !== undefined;
  }

  abort(): void {
    this.call.abort();
    this.#aborted = true;
  }

  /** Waits for the end of the answer; fails when it is an error. */
  async ended(): Promise<this> {
    await this.settled;
    if (this.error !== undefined) throw this.error;
    return this;
  }

  /** Waits for the error; fails when there is none. */
  async failed(): Promise<UpstreamError> {
    await this.settled;
    assert.ok(this.error !== undefined, 'the answer ended without an error');
    return this.error;
  }

  onInterim(head: UpstreamHead): void {
    this.#allow('onInterim', this.head === undefined);
    this.interims.push(head);
    this.on('interim');
  }

  onHead(head: UpstreamHead): void {
    this.#allow('onHead', this.head === undefined);
    this.head = head;
    this.on('head');
  }

  onData(chunk: Buffer): boolean {
    this.#allow('onData', this.head !== undefined && chunk.length > 0);
    this.chunks.push(chunk);
    this.on('data');
    return this.accepting;
  }

  onReadEnd(): void {
    // Nothing is held back here.
  }

  onEnd(rawTrailers: readonly string[]): void {
    this.#allow('onEnd', this.head !== undefined);
    this.#over = 'end';
    this.rawTrailers = rawTrailers;
    this.on('end');
    this.#settle();
  }

  onError(error: UpstreamError): void {
    this.#allow('onError', true);
    this.#over = 'error';
    this.error = error;
    this.on('error');
    this.#settle();
  }

  onDrain(): void {
    this.#allow('onDrain', true);
    this.drains += 1;
    this.on('drain');
  }

  #allow(name: string, allowed: boolean): void {
    assert.ok(this.#call !== undefined, `${name} was called from inside send`);
    assert.ok(!this.#aborted, `${name} was called after abort`);
    assert.equal(this.#over, undefined, `${name} was called after the last call`);
    assert.ok(allowed, `${name} was called out of turn`);
  }
}

/** What one test opened: closed in the end, in the opposite order. */
export class Opened {
  readonly #closers: (() => Promise<void>)[] = [];

  add<T extends { close(): Promise<void> }>(thing: T): T {
    this.#closers.push(() => thing.close());
    return thing;
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close();
  }
}
