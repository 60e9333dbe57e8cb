import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ClientTimeouts } from '#gateway/proxy/http1/client-timeouts.js';
import { answer, behindProxy, request, type Stage } from '../helpers/behind-proxy.js';
import { RawClient } from '../helpers/raw-client.js';
import { answering, type RawScript } from '../helpers/raw-upstream.js';
import { waitFor } from '../helpers/wait-for.js';

/** Longer than any test may take: what ends, ends by the one time that a test sets. */
const LONG = 60_000;
const SHORT = 50;
const MEBIBYTE = 1024 * 1024;

const OK = answering(answer('ok'));
const silent: RawScript = async (connection) => {
  await connection.request();
};

/** Runs `test` behind a proxy all of whose times are long but those given. */
function waiting(
  times: Partial<ClientTimeouts>,
  script: RawScript,
  test: (stage: Stage) => Promise<void>,
): Promise<void> {
  const timeouts = { head: LONG, body: LONG, send: LONG, keepAlive: LONG, linger: LONG, ...times };
  return behindProxy(script, test, { timeouts });
}

/** Resolves once nothing is left of any client. */
async function allGone({ proxy }: Stage): Promise<void> {
  await waitFor(
    'the end of all connections',
    () => proxy.traffic.inFlight === 0 && proxy.traffic.active === 0,
  );
}

describe('a head that does not come in time', () => {
  it('and has begun is answered 408', () =>
    waiting({ head: SHORT }, OK, async (stage) => {
      const client = await RawClient.connect(stage.port);
      client.write('GET /r HTTP/1.1\r\nHost: gw.test\r\n');
      const given = await client.answer();
      assert.deepEqual([given?.status, given?.value('connection')], [408, 'close']);
      await client.untilEnd();
      assert.equal(client.ended, 'fin');
      client.close();
      await allGone(stage);
    }));

  it('is answered 408 on a connection that has been used, too', () =>
    waiting({ head: SHORT }, OK, async (stage) => {
      const client = await RawClient.connect(stage.port);
      client.write(`${request('GET', '/r')}GET /r HTTP/1.1\r\n`);
      assert.deepEqual(
        (await client.answers(2)).map(({ status }) => status),
        [200, 408],
      );
      await client.untilEnd();
      client.close();
      await allGone(stage);
    }));

  for (const [what, bytes] of [
    ['has not begun', ''],
    ['has only been announced by empty lines', '\r\n\r\n'],
  ] as const) {
    it(`and ${what} ends the connection without a word`, () =>
      waiting({ head: SHORT }, OK, async (stage) => {
        const client = await RawClient.connect(stage.port);
        client.write(bytes);
        await client.untilEnd();
        assert.equal(client.received, '');
        client.close();
        await allGone(stage);
      }));
  }

  it('is not saved by a byte now and then', () =>
    waiting({ head: SHORT }, OK, async (stage) => {
      const client = await RawClient.connect(stage.port);
      client.write('GET /r HTTP/1.1\r\nX: ');
      const drip = setInterval(() => client.write('x'), 5);
      try {
        assert.equal((await client.answer())?.status, 408);
      } finally {
        clearInterval(drip);
        client.close();
      }
      await allGone(stage);
    }));
});

describe('an open connection', () => {
  it('without a next request ends without a word', () =>
    waiting({ keepAlive: SHORT }, OK, async (stage) => {
      const client = await RawClient.connect(stage.port);
      client.write(request('GET', '/r'));
      assert.equal((await client.answer())?.value('connection'), 'keep-alive');
      assert.equal(await client.answer(), undefined);
      assert.equal(client.ended, 'fin');
      client.close();
      await allGone(stage);
    }));

  it('does not end while an answer is awaited', () =>
    waiting(
      { keepAlive: SHORT },
      async (connection) => {
        const { target } = await connection.request();
        // Answered when another connection, idle since later, has ended.
        if (target === '/slow') await connection.until('go');
        connection.write(answer(target));
      },
      async ({ port, upstream }) => {
        const slow = await RawClient.connect(port);
        slow.write(request('GET', '/zzz') + request('GET', '/r/slow'));
        await waitFor('the slow request', () => upstream.requests.length === 1);
        const idle = await RawClient.connect(port);
        idle.write(request('GET', '/zzz'));
        await idle.untilEnd();
        upstream.connections[0]?.socket.emit('data', Buffer.from('go'));
        assert.deepEqual(
          (await slow.answers(2)).map(({ status }) => status),
          [404, 200],
        );
        slow.close();
        idle.close();
      },
    ));
});

describe('a body that does not come in time', () => {
  for (const path of ['/r', '/n']) {
    it(`to ${path} is answered 408, and the upstream never has it whole`, () =>
      waiting({ body: SHORT }, OK, async (stage) => {
        const client = await RawClient.connect(stage.port);
        client.write(`${request('POST', path, 'Content-Length: 10')}hello`);
        const given = await client.answer();
        assert.deepEqual([given?.status, given?.value('connection')], [408, 'close']);
        await client.untilEnd();
        assert.equal(client.ended, 'fin');
        client.close();
        await allGone(stage);
        assert.deepEqual(stage.upstream.requests, []);
        const begun = stage.upstream.connections.length;
        assert.equal(begun, path === '/r' ? 0 : 1);
        if (begun > 0) await waitFor('the end of the upstream', () => stage.upstream.connections[0]?.ended);
      }));
  }

  it('is not waited for behind an answer', () =>
    waiting({ body: SHORT }, OK, async (stage) => {
      const client = await RawClient.connect(stage.port);
      client.write(`${request('POST', '/zzz', 'Content-Length: 10')}hello`);
      assert.equal((await client.answer())?.status, 404);
      await client.untilEnd();
      client.close();
      await allGone(stage);
    }));

  it('has its time again with every piece that comes', () =>
    waiting({ body: 400 }, OK, async ({ port }) => {
      const [steady, stuck] = [await RawClient.connect(port), await RawClient.connect(port)];
      steady.write(request('POST', '/r', 'Transfer-Encoding: chunked'));
      stuck.write(`${request('POST', '/r', 'Transfer-Encoding: chunked')}1\r\na\r\n`);
      const drip = setInterval(() => steady.write('1\r\na\r\n'), 10);
      try {
        assert.equal((await stuck.answer())?.status, 408);
      } finally {
        clearInterval(drip);
      }
      steady.write('0\r\n\r\n');
      assert.equal((await steady.answer())?.status, 200);
      steady.close();
      stuck.close();
    }));

  it('is answered 408, though the client had to pause', () =>
    waiting({ body: SHORT }, silent, async (stage) => {
      const client = await RawClient.connect(stage.port);
      // So much is read ahead, then the client has to wait for the upstream.
      client.write(request('POST', '/r', `Content-Length: ${3 * MEBIBYTE}`));
      client.write(Buffer.alloc(MEBIBYTE, 'b'));
      assert.equal((await client.answer())?.status, 408);
      client.close();
      await allGone(stage);
      await waitFor('the end of the upstream connection', () => stage.upstream.connections[0]?.ended);
    }));

  it('is not waited for behind an early answer, though the client had to pause', () =>
    waiting(
      { body: SHORT },
      async (connection) => {
        connection.socket.pause();
        connection.write(answer('early'));
      },
      async (stage) => {
        const client = await RawClient.connect(stage.port);
        client.write(request('POST', '/r', `Content-Length: ${64 * MEBIBYTE}`));
        client.write(Buffer.alloc(MEBIBYTE, 'b'));
        assert.equal((await client.answer())?.body, 'early');
        await client.untilEnd();
        client.close();
        await allGone(stage);
      },
    ));
});

describe('a client that does not take its answer', () => {
  it('is cut, and the upstream is told', () =>
    waiting(
      { send: SHORT },
      async (connection) => {
        await connection.request();
        connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${64 * MEBIBYTE}\r\n\r\n`);
        connection.write(Buffer.alloc(64 * MEBIBYTE));
      },
      async (stage) => {
        const client = await RawClient.connect(stage.port);
        client.socket.pause();
        client.write(request('GET', '/r'));
        await waitFor('the end of the upstream connection', () => stage.upstream.connections[0]?.ended);
        await allGone(stage);
        client.close();
      },
    ));

  it('is cut, whatever it sends meanwhile', () =>
    waiting(
      { send: SHORT },
      async (connection) => {
        await connection.head();
        connection.socket.pause();
        connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${64 * MEBIBYTE}\r\n\r\n`);
        connection.write(Buffer.alloc(64 * MEBIBYTE));
      },
      async (stage) => {
        const client = await RawClient.connect(stage.port);
        client.socket.pause();
        client.write(request('POST', '/n', `Content-Length: ${64 * MEBIBYTE}`));
        const drip = setInterval(() => client.write(Buffer.alloc(65_536)), 5);
        try {
          await allGone(stage);
        } finally {
          clearInterval(drip);
        }
        client.close();
      },
    ));

  it('is cut behind its last request, too', () =>
    waiting({ send: SHORT }, answering(answer('x'.repeat(16 * MEBIBYTE))), async (stage) => {
      const client = await RawClient.connect(stage.port);
      client.socket.pause();
      client.write(request('GET', '/r', 'Connection: close'));
      await waitFor('the request', () => stage.upstream.requests.length === 1);
      await allGone(stage);
      client.close();
    }));
});
