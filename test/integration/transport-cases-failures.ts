import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { UpstreamRequest, UpstreamTimeouts } from '#gateway/proxy/transport/transport.js';
import { RawUpstream } from '../helpers/raw-upstream.js';
import { waitFor } from '../helpers/wait-for.js';
import {
  CHUNKED_POST,
  Exchange,
  GET,
  lengthPost,
  type MakeTransport,
  Opened,
  originOf,
  PATIENT,
  wholePost,
} from './transport-exchange.js';

const SHORT = 60;

function within(request: UpstreamRequest, timeouts: Partial<UpstreamTimeouts>): UpstreamRequest {
  return { ...request, timeouts: { ...PATIENT, ...timeouts } };
}

/** Upstreams that take their time. */
export function failureCases(make: MakeTransport): void {
  const opened = new Opened();
  afterEach(() => opened.close());

  describe('the read timeout', () => {
    it('passes when no head comes', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(await RawUpstream.start(() => {}));
      const error = await Exchange.send(
        transport,
        originOf(upstream.port),
        within(GET, { read: SHORT }),
      ).failed();
      assert.deepEqual([error.failure, error.phase], ['read_timeout', 'head']);
      await waitFor('the connection to end', () => upstream.connections[0]?.ended);
    });

    it('passes when no head comes after a streamed body', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(await RawUpstream.start(() => {}));
      const exchange = Exchange.send(
        transport,
        originOf(upstream.port),
        within(CHUNKED_POST, { read: SHORT }),
      );
      exchange.call.write(Buffer.from('a'));
      exchange.call.end();
      assert.equal((await exchange.failed()).failure, 'read_timeout');
    });

    it('passes on a connection used again', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(
        await RawUpstream.start(async (connection) => {
          await connection.request();
          connection.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
        }),
      );
      await Exchange.send(transport, originOf(upstream.port), GET).ended();
      const error = await Exchange.send(
        transport,
        originOf(upstream.port),
        within(GET, { read: SHORT }),
      ).failed();
      assert.deepEqual([error.failure, error.stale], ['read_timeout', false]);
      assert.equal(upstream.connections.length, 1);
    });

    it('bounds the whole head, however many lines come', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(
        await RawUpstream.start(async (connection) => {
          await connection.request();
          connection.write('HTTP/1.1 200 OK\r\n');
          const timer = setInterval(() => connection.write('A: b\r\n'), 10);
          await connection.peerEnd();
          clearInterval(timer);
        }),
      );
      const error = await Exchange.send(
        transport,
        originOf(upstream.port),
        within(GET, { read: 3 * SHORT }),
      ).failed();
      assert.deepEqual([error.failure, error.phase], ['read_timeout', 'head']);
    });

    it('passes in a gap of the body', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(
        await RawUpstream.start(async (connection) => {
          await connection.request();
          connection.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc');
        }),
      );
      const exchange = Exchange.send(transport, originOf(upstream.port), within(GET, { read: SHORT }));
      const error = await exchange.failed();
      assert.deepEqual([error.failure, error.phase, exchange.body], ['read_timeout', 'body', 'abc']);
    });

    it('begins anew with each read of the body', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(
        await RawUpstream.start(async (connection) => {
          await connection.request();
          connection.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n');
          for (let count = 0; count < 10; count += 1) {
            connection.write('x');
            await new Promise((resolve) => setTimeout(resolve, 100));
          }
        }),
      );
      const exchange = Exchange.send(transport, originOf(upstream.port), within(GET, { read: 600 }));
      assert.equal((await exchange.ended()).body, 'xxxxxxxxxx');
    });

    it('stands still while the handler pauses', async () => {
      const transport = opened.add(make());
      let finish = (): void => {};
      const upstream = opened.add(
        await RawUpstream.start(async (connection) => {
          await connection.request();
          connection.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na');
          finish = () => connection.write('b');
        }),
      );
      const exchange = Exchange.send(
        transport,
        originOf(upstream.port),
        within(GET, { read: SHORT }),
        (made) => {
          made.accepting = false;
        },
      );
      await waitFor('the first byte', () => exchange.body === 'a');
      await new Promise((resolve) => setTimeout(resolve, 4 * SHORT));
      assert.equal(exchange.over, false);
      finish();
      exchange.call.resume();
      assert.equal((await exchange.ended()).body, 'ab');
    });

    it('does not run before the request is sent', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(
        await RawUpstream.start(async (connection) => {
          await connection.request();
          connection.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
        }),
      );
      const exchange = Exchange.send(
        transport,
        originOf(upstream.port),
        within(CHUNKED_POST, { read: SHORT }),
      );
      exchange.call.write(Buffer.from('a'));
      await new Promise((resolve) => setTimeout(resolve, 4 * SHORT));
      assert.equal(exchange.over, false);
      exchange.call.end();
      await exchange.ended();
    });
  });

  describe('the write timeout', () => {
    const big = Buffer.alloc(64 << 20);
    for (const kind of ['whole', 'length'] as const) {
      it(`passes when the upstream takes nothing of a body (${kind})`, async () => {
        const transport = opened.add(make());
        const upstream = opened.add(await RawUpstream.start((connection) => void connection.socket.pause()));
        const request = within(kind === 'whole' ? wholePost(big) : lengthPost(big.length), { write: SHORT });
        const exchange = Exchange.send(transport, originOf(upstream.port), request);
        if (kind === 'length') exchange.call.write(big);
        const error = await exchange.failed();
        assert.deepEqual([error.failure, error.phase], ['write_timeout', 'request']);
      });
    }

    it('begins anew as the upstream takes some', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(
        await RawUpstream.start(async (connection) => {
          const { socket } = connection;
          const timer = setInterval(() => {
            socket.resume();
            socket.once('data', () => socket.pause());
          }, 2);
          await connection.request();
          clearInterval(timer);
          connection.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
        }),
      );
      const request = within(wholePost(Buffer.alloc(12 << 20)), { write: 500 });
      await Exchange.send(transport, originOf(upstream.port), request).ended();
    });

    it('does not run while the source of a body has nothing to send', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(
        await RawUpstream.start(async (connection) => {
          await connection.request();
          connection.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
        }),
      );
      const exchange = Exchange.send(
        transport,
        originOf(upstream.port),
        within(CHUNKED_POST, { write: SHORT }),
      );
      exchange.call.write(Buffer.from('a'));
      await new Promise((resolve) => setTimeout(resolve, 4 * SHORT));
      exchange.call.end();
      await exchange.ended();
    });
  });
}
