import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { Client } from '../../../bench/load/client.js';
import { waitFor } from '../../helpers/wait-for.js';

const REQUEST = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n');

interface Seen {
  readonly statuses: number[];
  readonly cuts: string[];
}

/** A client at a server that does as told with each request of its `number`th connection. */
async function clientAt(t: TestContext, serve: (socket: Socket, number: number) => void) {
  let number = 0;
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    number += 1;
    const own = number;
    socket.on('data', () => serve(socket, own));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const seen: Seen = { statuses: [], cuts: [] };
  const client = new Client(`http://127.0.0.1:${port}`, {
    nextRequest: () => REQUEST,
    onAnswer: ({ status }) => seen.statuses.push(status),
    onCut: (reason, inside) => seen.cuts.push(`${inside ? 'inside' : 'between'}: ${reason}`),
  });
  client.open();
  t.after(async () => {
    await client.stop();
    server.close();
  });
  return { seen, connections: () => number };
}

function answer(extra: string): string {
  return `HTTP/1.1 200 OK\r\n${extra}Content-Length: 2\r\n\r\nok`;
}

describe('the load generator over raw sockets', () => {
  it('takes a new connection after an answer that closes, and calls that no cut', async (t) => {
    const { seen, connections } = await clientAt(t, (socket) => {
      socket.end(answer('Connection: close\r\n'));
    });
    await waitFor('three answers', () => seen.statuses.length >= 3);
    assert.deepEqual(seen.cuts, []);
    assert.ok(connections() >= 3);
  });

  it('counts a connection that ends instead of an answer', async (t) => {
    const { seen } = await clientAt(t, (socket, number) => {
      if (number === 1) socket.end();
      else socket.write(answer(''));
    });
    await waitFor('two answers', () => seen.statuses.length >= 2);
    assert.deepEqual(seen.cuts, ['inside: closed']);
  });
});
