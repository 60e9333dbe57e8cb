import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { UpstreamRequest } from '#gateway/proxy/transport/transport.js';
import { RawUpstream } from '../helpers/raw-upstream.js';
import { waitFor } from '../helpers/wait-for.js';
import { Exchange, GET, type MakeTransport, Opened, originOf, PATIENT } from './transport-exchange.js';

const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
const TUNNEL: UpstreamRequest = {
  ...GET,
  rawHeaders: ['Host', 'upstream.test', 'Connection', 'keep-alive, Upgrade', 'Upgrade', 'websocket'],
  body: { kind: 'tunnel' },
};

/** Requests that ask to switch protocols. */
export function tunnelCases(make: MakeTransport): void {
  const opened = new Opened();
  afterEach(() => opened.close());

  describe('a request to switch protocols', () => {
    it('carries raw bytes both ways after a 101, until the upstream ends', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(
        await RawUpstream.start(async (connection) => {
          await connection.request();
          // The first bytes come in the packet of the head.
          connection.write(`${SWITCHED}HTTP/1.1 first\0`);
          connection.end(`\xff${await connection.bytes(6)}`);
        }),
      );
      const exchange = Exchange.send(transport, originOf(upstream.port), TUNNEL);
      await waitFor('the first bytes', () => exchange.body === 'HTTP/1.1 first\0');
      assert.equal(exchange.head?.status, 101);
      exchange.call.write(Buffer.from('\0abc\r\n', 'latin1'));
      await exchange.ended();
      assert.equal(exchange.body, 'HTTP/1.1 first\0\xff\0abc\r\n');
      assert.equal(exchange.interims.length, 0);
    });

    it('that is refused brings an ordinary answer, and its connection is used again', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(
        await RawUpstream.start(async (connection) => {
          await connection.request();
          connection.write('HTTP/1.1 100 C\r\n\r\nHTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
          await connection.request();
          connection.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
        }),
      );
      const early = Buffer.from('GET /smuggled HTTP/1.1\r\n\r\n');
      const exchange = Exchange.send(transport, originOf(upstream.port), TUNNEL, (made) => {
        made.on = (event) => {
          if (event !== 'end') made.call.write(early);
        };
      });
      exchange.call.write(early);
      await exchange.ended();
      assert.deepEqual([exchange.head?.status, exchange.body], [403, 'no']);
      await Exchange.send(transport, originOf(upstream.port), GET).ended();
      assert.deepEqual(
        upstream.requests.map(({ target }) => target),
        ['/', '/'],
      );
      assert.equal(upstream.connections.length, 1);
      assert.ok(!upstream.connections[0]?.received.includes('smuggled'), 'bytes went out before a 101');
    });

    it('stops a source that the upstream does not read, and lets it go on', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(
        await RawUpstream.start(async (connection) => {
          await connection.request();
          connection.socket.pause();
          connection.write(SWITCHED);
        }),
      );
      const exchange = Exchange.send(transport, originOf(upstream.port), TUNNEL);
      await waitFor('the 101', () => exchange.head);
      const piece = Buffer.alloc(65_536);
      let sent = 0;
      await waitFor('the source to be stopped', () => {
        sent += piece.length;
        return sent > 64 << 20 || !exchange.call.write(piece);
      });
      assert.ok(sent < 64 << 20, 'the source was never stopped');
      // What the kernel had room for may drain before the upstream reads.
      upstream.connections[0]?.socket.resume();
      await waitFor('the drain', () => exchange.drains > 0);
    });

    it('times out when neither side sends anything, and not while the client does', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(
        await RawUpstream.start(async (connection) => {
          await connection.request();
          connection.write(SWITCHED);
        }),
      );
      const timeouts = { ...PATIENT, read: 300 };
      const exchange = Exchange.send(transport, originOf(upstream.port), { ...TUNNEL, timeouts });
      await waitFor('the 101', () => exchange.head);
      for (let count = 0; count < 8; count += 1) {
        exchange.call.write(Buffer.from('x'));
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
      assert.equal(exchange.over, false);
      assert.equal((await exchange.failed()).failure, 'read_timeout');
    });

    it('sends what was written before an abort, to an upstream that takes it', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(
        await RawUpstream.start(async (connection) => {
          await connection.request();
          connection.socket.pause();
          connection.write(SWITCHED);
        }),
      );
      const exchange = Exchange.send(transport, originOf(upstream.port), TUNNEL);
      await waitFor('the 101', () => exchange.head);
      exchange.call.write(Buffer.alloc(32 << 20, 'x'));
      exchange.abort();
      const [connection] = upstream.connections;
      connection?.socket.resume();
      await waitFor('the connection to end', () => connection?.ended);
      assert.equal(connection?.received.split('\r\n\r\n')[1]?.length, 32 << 20);
    });

    it('ends for the upstream with abort', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(
        await RawUpstream.start(async (connection) => {
          await connection.request();
          connection.write(SWITCHED);
        }),
      );
      const exchange = Exchange.send(transport, originOf(upstream.port), TUNNEL);
      await waitFor('the 101', () => exchange.head);
      exchange.abort();
      await waitFor('the connection to end', () => upstream.connections[0]?.ended);
    });
  });
}
