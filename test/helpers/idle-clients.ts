import assert from 'node:assert/strict';
import { atOnce } from './at-once.js';
import { answer, request } from './behind-proxy.js';
import { RawClient } from './raw-client.js';
import type { RawScript } from './raw-upstream.js';

/** Clients that connect, and requests that are under way, at the same time. */
const LANES = 200;

/** Answers every request with its target. */
export const echoingTargets: RawScript = async (connection) => {
  for (;;) connection.write(answer((await connection.request()).target));
};

/** Many clients whose connections stay open, in front of an upstream that answers with `echoingTargets`. */
export class IdleClients {
  readonly #clients: readonly RawClient[];

  private constructor(clients: readonly RawClient[]) {
    this.#clients = clients;
  }

  static async connect(port: number, count: number): Promise<IdleClients> {
    return new IdleClients(await atOnce(count, LANES, () => RawClient.connect(port)));
  }

  /** Sends a request below `path` over each connection. Fails unless each gets its own answer. */
  async ask(path: string): Promise<void> {
    await atOnce(this.#clients.length, LANES, async (index) => {
      const client = this.#clients[index];
      client?.write(request('GET', `${path}/${index}`));
      assert.equal((await client?.answer())?.body, `${path}/${index}`);
    });
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }
}
