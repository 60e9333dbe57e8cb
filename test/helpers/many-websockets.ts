import assert from 'node:assert/strict';
import { atOnce } from './at-once.js';
import { request } from './behind-proxy.js';
import { RawClient } from './raw-client.js';
import { clientFrame, serverFrame } from './websocket-upstream.js';

/** WebSockets that are opened at the same time. */
const LANES = 200;

const HANDSHAKE = request(
  'GET',
  '/',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
);

/** Many open WebSockets to an upstream that sends every frame back. */
export class ManyWebSockets {
  readonly #clients: readonly RawClient[];

  private constructor(clients: readonly RawClient[]) {
    this.#clients = clients;
  }

  static async open(port: number, count: number): Promise<ManyWebSockets> {
    const clients = await atOnce(count, LANES, async () => {
      const client = await RawClient.connect(port);
      client.write(HANDSHAKE);
      await client.until('\r\n\r\n');
      assert.match(client.received, /^HTTP\/1\.1 101 /);
      return client;
    });
    return new ManyWebSockets(clients);
  }

  /** Sends `frames` frames over all at once. Fails unless each gets back its own, in order, and nothing else. */
  async echo(word: string, frames: number): Promise<void> {
    const texts = (socket: number) =>
      Array.from({ length: frames }, (_, index) => `${word} ${socket} ${index}`);
    const began = this.#clients.map(({ received }) => received.length);
    for (const [socket, client] of this.#clients.entries()) {
      for (const text of texts(socket)) client.write(clientFrame(text));
    }
    for (const [socket, client] of this.#clients.entries()) {
      const wanted = texts(socket).map(serverFrame).join('');
      await client.until(wanted);
      assert.equal(client.received.slice(began[socket]), wanted);
    }
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }
}
