import { STATUS_CODES } from 'node:http';
import { answerHead, safeReason } from './answer-head.js';
import type { Exchange, UpgradeSocket } from './exchange.js';
import type { UpstreamCall, UpstreamHead } from './transport/transport.js';

/**
 * A WebSocket under way: bytes go both ways untouched, until one side ends. The upstream's side is the call, whose
 * read timeout is the idle limit.
 */
export class Tunnel {
  readonly #exchange: Exchange;
  readonly #client: UpgradeSocket;
  readonly #call: UpstreamCall;

  constructor(exchange: Exchange, client: UpgradeSocket, call: UpstreamCall) {
    this.#exchange = exchange;
    this.#client = client;
    this.#call = call;
  }

  /** Passes the 101 on and connects the two sides. */
  open(head: UpstreamHead): void {
    const { socket, early } = this.#client;
    const { headers } = answerHead(this.#exchange, head);
    let text = `HTTP/1.1 101 ${safeReason(head.reason) || STATUS_CODES[101]}\r\n`;
    text += `Connection: upgrade\r\nUpgrade: ${upgradeOf(head)}\r\n`;
    for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
    socket.write(`${text}\r\n`, 'latin1');
    if (early.length > 0) this.#call.write(early);
    socket.on('data', (chunk: Buffer) => {
      if (!this.#call.write(chunk)) socket.pause();
    });
    socket.on('drain', () => this.#call.resume());
    // Like Kong: a client that ends its side ends the WebSocket.
    socket.on('end', () => this.#close());
    socket.on('close', () => this.#close());
    socket.resume();
  }

  onData(chunk: Buffer): boolean {
    return this.#client.socket.write(chunk);
  }

  onDrain(): void {
    this.#client.socket.resume();
  }

  /** The upstream has ended: what it sent still reaches the client. */
  onEnd(): void {
    this.#endClient();
  }

  #close(): void {
    this.#call.abort();
    this.#endClient();
  }

  /** Once all is written, nobody waits for a client that does not end its side. */
  #endClient(): void {
    const { socket } = this.#client;
    socket.end(() => socket.destroy());
  }
}

function upgradeOf(head: UpstreamHead): string {
  for (let i = 0; i < head.rawHeaders.length; i += 2) {
    if (head.rawHeaders[i]?.toLowerCase() === 'upgrade') return head.rawHeaders[i + 1] ?? 'websocket';
  }
  return 'websocket';
}
