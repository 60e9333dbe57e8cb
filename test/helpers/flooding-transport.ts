import type { Transport, UpstreamCall, UpstreamHandler } from '#gateway/proxy/transport/transport.js';

const CALL: UpstreamCall = { write: () => true, end: () => {}, resume: () => {}, abort: () => {} };
const PIECE = Buffer.alloc(16 * 1024, 'b');

/** Answers a request with as much as the client's connection takes before it asks for a pause, and ends there. */
export class FloodingTransport implements Transport {
  #sent = 0;

  /** Bytes of the last answer's body. */
  get sent(): number {
    return this.#sent;
  }

  send(_origin: unknown, _request: unknown, handler: UpstreamHandler): UpstreamCall {
    setImmediate(() => this.#flood(handler));
    return CALL;
  }

  async close(): Promise<void> {}

  #flood(handler: UpstreamHandler): void {
    this.#sent = 0;
    handler.onHead({ status: 200, reason: 'OK', rawHeaders: [] });
    for (let more = true; more; this.#sent += PIECE.length) {
      more = handler.onData(PIECE);
      handler.onReadEnd();
    }
    handler.onEnd([]);
  }
}
