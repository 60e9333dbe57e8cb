import type { UpstreamCall, UpstreamHandler, UpstreamRequest } from './transport.js';

/** What carries a call: the connection it was given to. */
export interface Carrier {
  write(chunk: Buffer): boolean;
  end(rawTrailers: readonly string[] | undefined): void;
  resume(): void;
  abort(): void;
}

/** What the sender of one request holds. Once it is over it cannot touch the connection, which serves others then. */
export class Call implements UpstreamCall {
  readonly request: UpstreamRequest;
  readonly handler: UpstreamHandler;
  #carrier: Carrier | undefined;

  constructor(carrier: Carrier, request: UpstreamRequest, handler: UpstreamHandler) {
    this.#carrier = carrier;
    this.request = request;
    this.handler = handler;
  }

  write(chunk: Buffer): boolean {
    return this.#carrier?.write(chunk) ?? true;
  }

  end(rawTrailers?: readonly string[]): void {
    this.#carrier?.end(rawTrailers);
  }

  resume(): void {
    this.#carrier?.resume();
  }

  abort(): void {
    this.#carrier?.abort();
  }

  /** The call is over. */
  release(): void {
    this.#carrier = undefined;
  }
}
