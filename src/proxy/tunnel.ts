import { STATUS_CODES } from 'node:http';
import { answerHead, safeReason } from './answer-head.js';
import type { ClientBodySink } from './client-stream.js';
import type { Exchange } from './exchange.js';
import type { UpstreamCall, UpstreamHead } from './transport/transport.js';

/**
 * A WebSocket under way, in the direction from the client: bytes pass untouched, until one side ends. The upstream's
 * side is the call, whose read timeout is the idle limit.
 */
export class Tunnel implements ClientBodySink {
  readonly #exchange: Exchange;
  readonly #call: UpstreamCall;

  constructor(exchange: Exchange, call: UpstreamCall) {
    this.#exchange = exchange;
    this.#call = call;
  }

  /** Passes the 101 on and connects the two sides. */
  open(head: UpstreamHead): void {
    const { stream } = this.#exchange;
    const { headers } = answerHead(this.#exchange, head);
    const lines = ['Connection', 'upgrade', 'Upgrade', upgradeOf(head), ...headers];
    stream.readBody(this);
    stream.switchProtocols(safeReason(head.reason) || (STATUS_CODES[101] ?? ''), lines);
  }

  onBody(chunk: Buffer): void {
    if (!this.#call.write(chunk)) this.#exchange.stream.pauseBody();
  }

  /** Like Kong: a client that ends its side ends the WebSocket. */
  onBodyEnd(): void {
    this.#call.abort();
    this.#exchange.stream.end([]);
  }

  onBodyFault(): void {
    // Raw bytes have no framing that could be wrong, and the call watches the time.
  }

  onDrain(): void {
    this.#exchange.stream.resumeBody();
  }
}

function upgradeOf(head: UpstreamHead): string {
  for (let i = 0; i < head.rawHeaders.length; i += 2) {
    if (head.rawHeaders[i]?.toLowerCase() === 'upgrade') return head.rawHeaders[i + 1] ?? 'websocket';
  }
  return 'websocket';
}
