import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { describe, it } from 'node:test';
import type { ClientStream } from '#gateway/proxy/client-stream.js';
import { ClientConnection, type ConnectionHost } from '#gateway/proxy/http1/client-connection.js';
import { CLIENT_TIMEOUTS, type ClientTimeouts } from '#gateway/proxy/http1/client-timeouts.js';
import { waitFor } from '../../../helpers/wait-for.js';

const PEER = {
  address: '127.0.0.1',
  port: 80,
  scheme: 'http',
  sni: undefined,
  trusted: false,
  proxied: undefined,
} as const;
const BODY = 'the answer';

/** A socket whose far end takes nothing before it is told to. */
class Stuck extends Socket {
  written = '';
  #held: (() => void) | undefined;
  #flows = false;

  override _read(): void {}

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    const take = (): void => {
      this.written += chunk.toString('latin1');
      done();
    };
    if (this.#flows) take();
    else this.#held = take;
  }

  /** There is no connection to be shut down. */
  override _final(done: () => void): void {
    done();
  }

  /** Takes what is there and what comes. */
  flow(): void {
    this.#flows = true;
    this.#held?.();
  }
}

interface Connected {
  readonly socket: Stuck;
  readonly connection: ClientConnection;
  readonly closed: () => boolean;
}

/** A connection whose requests are answered at once. */
function connect(timeouts: ClientTimeouts = CLIENT_TIMEOUTS): Connected {
  let closed = false;
  const host: ConnectionHost = {
    draining: false,
    timeouts,
    readBuffer: undefined,
    onRequest: (stream: ClientStream) => {
      stream.begin(200, 'OK', ['Content-Length', String(BODY.length)], BODY.length);
      stream.write(Buffer.from(BODY));
      stream.end([]);
    },
    onRefused: () => {},
    onClosed: () => {
      closed = true;
    },
  };
  const socket = new Stuck({ allowHalfOpen: true });
  return { socket, connection: new ClientConnection(socket, PEER, host), closed: () => closed };
}

describe('an answer that its client has not taken yet', () => {
  for (const [what, head] of [
    ['', ''],
    [' and whose body is still read away', 'Content-Length: 10\r\n'],
  ] as const) {
    it(`is not lost when the connection is to end${what}`, async () => {
      const { socket, connection, closed } = connect();
      socket.push(`GET / HTTP/1.1\r\n${head}\r\n`);
      await waitFor('the answer', () => socket.writableLength > 0);
      connection.drain();
      assert.equal(socket.destroyed, false);
      socket.flow();
      socket.push(null);
      await waitFor('the end', closed);
      assert.ok(socket.written.endsWith(`\r\n\r\n${BODY}`), socket.written);
    });
  }

  it('has its time to be sent, though it is the last and the client still sends', async () => {
    const { socket, closed } = connect({ ...CLIENT_TIMEOUTS, linger: 20 });
    const other = connect({ ...CLIENT_TIMEOUTS, linger: 20 });
    const last = 'GET / HTTP/1.1\r\nConnection: close\r\nContent-Length: 10\r\n\r\n';
    socket.push(last);
    await waitFor('the answer', () => socket.writableLength > 0);
    other.socket.flow();
    other.socket.push(last);
    await waitFor('the end of another that lingered', other.closed);
    assert.equal(closed(), false);
    socket.flow();
    socket.push(null);
    await waitFor('the end', closed);
    assert.ok(socket.written.endsWith(`\r\n\r\n${BODY}`), socket.written);
  });
});
