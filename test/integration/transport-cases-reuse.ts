import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { answering, type RawScript, RawUpstream } from '../helpers/raw-upstream.js';
import { waitFor } from '../helpers/wait-for.js';
import {
  Exchange,
  GET,
  type MakeTransport,
  Opened,
  originOf,
  type TransportSettings,
  wholePost,
} from './transport-exchange.js';

const OK = 'HTTP/1.1 200 OK\r\n';
const EMPTY = `${OK}Content-Length: 0\r\n\r\n`;

/** Which connections carry another request, how long they wait, and how all of it is closed. */
export function reuseCases(make: MakeTransport): void {
  const opened = new Opened();
  afterEach(() => opened.close());

  async function start(script: RawScript, settings?: TransportSettings) {
    const transport = opened.add(make(settings));
    const upstream = opened.add(await RawUpstream.start(script));
    const origin = originOf(upstream.port);
    return { transport, upstream, origin, get: () => Exchange.send(transport, origin, GET) };
  }

  describe('a connection', () => {
    const kept: readonly (readonly [string, string])[] = [
      ['an answer of a known length', `${OK}Content-Length: 3\r\n\r\nabc`],
      ['a chunked answer', `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`],
      ['a chunked answer with trailers', `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n\r\n`],
      ['204', 'HTTP/1.1 204 No Content\r\n\r\n'],
      ['interim answers', `HTTP/1.1 100 C\r\n\r\n${EMPTY}`],
      ['HTTP/1.0 with keep-alive', 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n'],
    ];
    for (const [what, answer] of kept) {
      it(`is used again after ${what}`, async () => {
        const { upstream, get } = await start(answering(answer));
        for (let count = 0; count < 4; count += 1) await get().ended();
        assert.equal(upstream.connections.length, 1);
        assert.equal(upstream.requests.length, 4);
      });
    }

    const dropped: readonly (readonly [string, string])[] = [
      ['Connection: close', `${OK}Connection: close\r\nContent-Length: 0\r\n\r\n`],
      ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
      ['bytes behind the answer', `${EMPTY}x`],
      ['a second answer in the same packet', `${EMPTY}${EMPTY}`],
      ['a body to 204', 'HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc'],
      ['chunks to 204', 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
      ['bare LF in the head', 'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n'],
    ];
    for (const [what, answer] of dropped) {
      it(`is closed and not used again after ${what}`, async () => {
        const { upstream, get } = await start(answering(answer));
        for (let count = 1; count <= 3; count += 1) {
          await get().ended();
          await waitFor('the connection to end', () => upstream.connections.at(-1)?.ended);
          assert.equal(upstream.connections.length, count);
        }
      });
    }

    it('that brings bytes while it waits is closed', async () => {
      const { upstream, get } = await start(async (connection) => {
        await connection.request();
        connection.write(EMPTY);
        setTimeout(() => connection.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison'), 20);
      });
      await get().ended();
      await waitFor('the connection to end', () => upstream.connections[0]?.ended);
      assert.equal((await get().ended()).body, '');
      assert.equal(upstream.connections.length, 2);
    });

    it('that the upstream ends or breaks while it waits is replaced', async () => {
      for (const how of ['end', 'reset'] as const) {
        const { upstream, get } = await start(async (connection) => {
          await connection.request();
          await connection.flush(EMPTY);
          if (connection.index === 0) setTimeout(() => connection[how](), 10);
        });
        await get().ended();
        await waitFor('the connection to be closed', () => upstream.connections[0]?.closed);
        await get().ended();
        assert.equal(upstream.connections.length, 2);
      }
    });

    it('carries one request at a time', async () => {
      const { upstream, get } = await start(answering(EMPTY));
      await Promise.all(Array.from({ length: 10 }, () => get().ended()));
      assert.equal(upstream.connections.length, 10);
      await Promise.all(Array.from({ length: 10 }, () => get().ended()));
      assert.equal(upstream.connections.length, 10);
    });

    it('is free for a request sent from within the end of an answer', async () => {
      const { transport, upstream, origin } = await start(answering(EMPTY));
      const second = new Promise<Exchange>((resolve) => {
        Exchange.send(transport, origin, GET, (first) => {
          first.on = (event) => {
            if (event === 'end') resolve(Exchange.send(transport, origin, GET));
          };
        });
      });
      await (await second).ended();
      assert.equal(upstream.connections.length, 1);
    });

    it('is not shared between origins with different keys', async () => {
      const { transport, upstream, origin } = await start(answering(EMPTY));
      await Exchange.send(transport, origin, GET).ended();
      await Exchange.send(transport, { ...origin, key: 'another' }, GET).ended();
      assert.equal(upstream.connections.length, 2);
    });

    it('is passed over for a request that asks for a fresh one', async () => {
      const { transport, upstream, origin, get } = await start(answering(EMPTY));
      await get().ended();
      await Exchange.send(transport, origin, { ...GET, fresh: true }).ended();
      assert.equal(upstream.connections.length, 2);
    });

    it('carries no more requests than it may', async () => {
      const { upstream, get } = await start(answering(EMPTY), { maxRequests: 3 });
      for (let count = 0; count < 7; count += 1) await get().ended();
      assert.deepEqual(
        upstream.connections.map(({ requests }) => requests.length),
        [3, 3, 1],
      );
    });

    it('that waits too long is closed', async () => {
      const { upstream, get } = await start(answering(EMPTY), { idleTimeout: 30 });
      await get().ended();
      await waitFor('the connection to end', () => upstream.connections[0]?.ended);
      await get().ended();
      assert.equal(upstream.connections.length, 2);
    });

    it('beyond the size of the pool is closed', async () => {
      const { upstream, get } = await start(answering(EMPTY), { poolSize: 2 });
      await Promise.all(Array.from({ length: 5 }, () => get().ended()));
      await waitFor('three to end', () => upstream.connections.filter(({ ended }) => ended).length === 3);
    });

    it('is never kept by a pool of size 0', async () => {
      const { upstream, get } = await start(answering(EMPTY), { poolSize: 0 });
      await get().ended();
      await waitFor('the connection to end', () => upstream.connections[0]?.ended);
    });
  });

  describe('a connection used again', () => {
    const faults: readonly (readonly [string, RawScript])[] = [
      ['ends', (connection) => connection.end()],
      ['breaks', (connection) => connection.reset()],
    ];
    for (const [what, fault] of faults) {
      it(`that ${what} before any byte of the answer is stale`, async () => {
        const { transport, upstream, origin, get } = await start(async (connection) => {
          await connection.request();
          connection.write(EMPTY);
          await connection.request();
          if (connection.index === 0) await fault(connection);
          else connection.write(EMPTY);
        });
        await get().ended();
        const error = await Exchange.send(transport, origin, wholePost(Buffer.from('abc'))).failed();
        assert.deepEqual([error.failure, error.stale], ['closed', true]);
        await get().ended();
        assert.equal(upstream.connections.length, 2);
      });
    }

    it('that ends inside the head is not stale', async () => {
      const { get } = await start(async (connection) => {
        await connection.request();
        connection.write(EMPTY);
        await connection.request();
        connection.end('HTTP/1.1 2');
      });
      await get().ended();
      const error = await get().failed();
      assert.deepEqual([error.failure, error.phase, error.stale], ['closed', 'head', false]);
    });
  });

  describe('close', () => {
    it('closes waiting connections, lets busy ones finish, and resolves then', async () => {
      let release = (): void => {};
      const { transport, upstream, get } = await start(async (connection) => {
        await connection.request();
        connection.write(EMPTY);
        await connection.request();
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        connection.write(EMPTY);
      });
      await Promise.all([get().ended(), get().ended()]);
      const busy = get();
      await waitFor('the request', () => upstream.requests.length === 3);
      let closed = false;
      const closing = transport.close().then(() => {
        closed = true;
      });
      await waitFor(
        'one connection to end',
        () => upstream.connections.filter(({ ended }) => ended).length === 1,
      );
      assert.equal(closed, false);
      release();
      await busy.ended();
      await closing;
      await waitFor('both to end', () => upstream.connections.every(({ ended }) => ended));
      await transport.close();
    });
  });
}
