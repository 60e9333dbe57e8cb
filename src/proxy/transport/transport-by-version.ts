import type { Origin, Transport, UpstreamCall, UpstreamHandler, UpstreamRequest } from './transport.js';

/** Sends each request over the transport that speaks its origin's version of HTTP. */
export class TransportByVersion implements Transport {
  readonly #http1: Transport;
  readonly #http2: Transport;

  constructor(http1: Transport, http2: Transport) {
    this.#http1 = http1;
    this.#http2 = http2;
  }

  send(origin: Origin, request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall {
    return (origin.http2 === true ? this.#http2 : this.#http1).send(origin, request, handler);
  }

  async close(): Promise<void> {
    await Promise.all([this.#http1.close(), this.#http2.close()]);
  }
}
