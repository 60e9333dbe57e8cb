import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answer, behindProxy, request } from '../helpers/behind-proxy.js';
import { FloodingTransport } from '../helpers/flooding-transport.js';
import { RawClient } from '../helpers/raw-client.js';
import { answering, type RawScript } from '../helpers/raw-upstream.js';
import { waitFor } from '../helpers/wait-for.js';
import { accept } from '../helpers/websocket-upstream.js';

/** Long enough to tell that something ended by itself. */
const LIMIT = 60_000;

/** Answers when told to. */
function held(): { readonly script: RawScript; readonly release: () => void } {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const script: RawScript = async (connection) => {
    for (;;) {
      await connection.request();
      await released;
      connection.write(answer('done'));
    }
  };
  return { script, release: () => release() };
}

/** Resolves when `closed` does; fails when that is not before the limit. */
async function ended(closed: Promise<unknown>): Promise<void> {
  let done = false;
  const noted = closed.then(() => {
    done = true;
  });
  await waitFor('the proxy to be closed', () => done);
  await noted;
}

describe('closing the proxy', () => {
  it('lets a request under way end, and its connection says so', () => {
    const { script, release } = held();
    return behindProxy(script, async ({ port, proxy, upstream }) => {
      const client = await RawClient.connect(port);
      client.write(request('GET', '/r'));
      await waitFor('the request', () => upstream.requests.length === 1);
      const closed = proxy.close(LIMIT);
      release();
      const given = await client.answer();
      assert.deepEqual([given?.body, given?.value('connection')], ['done', 'close']);
      await client.untilEnd();
      await ended(closed);
      client.close();
    });
  });

  it('refuses new connections at once', () => {
    const { script, release } = held();
    return behindProxy(script, async ({ port, proxy, upstream }) => {
      const client = await RawClient.connect(port);
      client.write(request('GET', '/r'));
      await waitFor('the request', () => upstream.requests.length === 1);
      const closed = proxy.close(LIMIT);
      await assert.rejects(RawClient.connect(port), { code: 'ECONNREFUSED' });
      release();
      await ended(closed);
      client.close();
    });
  });

  it('ends idle connections, to clients and to upstreams', () =>
    behindProxy(answering(answer('ok')), async ({ port, proxy, upstream }) => {
      const client = await RawClient.connect(port);
      client.write(request('GET', '/r'));
      assert.equal((await client.answer())?.value('connection'), 'keep-alive');
      await ended(proxy.close(LIMIT));
      await client.untilEnd();
      await waitFor('the end of the upstream connection', () => upstream.connections[0]?.ended);
      client.close();
    }));

  it('ends a connection that has not said anything', () =>
    behindProxy(answering(answer('ok')), async ({ port, proxy }) => {
      const client = await RawClient.connect(port);
      await waitFor('the connection', () => proxy.traffic.active === 1);
      await ended(proxy.close(LIMIT));
      await client.untilEnd();
      client.close();
    }));

  it('answers a request that comes on an open connection, with Connection: close', () => {
    const { script, release } = held();
    return behindProxy(script, async ({ port, proxy, upstream }) => {
      const client = await RawClient.connect(port);
      client.write(request('GET', '/r'));
      await waitFor('the request', () => upstream.requests.length === 1);
      const late = await RawClient.connect(port);
      late.write('GET /r HTTP/1.1\r\n');
      await waitFor('both connections', () => proxy.traffic.active === 2);
      const closed = proxy.close(LIMIT);
      late.write('Host: gw.test\r\n\r\n');
      release();
      assert.equal((await client.answer())?.body, 'done');
      const given = await late.answer();
      if (given !== undefined) assert.equal(given.value('connection'), 'close');
      await ended(closed);
      client.close();
      late.close();
    });
  });

  it('lets a slow client take the rest of an answer that its upstream has ended', () => {
    const transport = new FloodingTransport();
    return behindProxy(
      accept,
      async ({ port, proxy }) => {
        const client = await RawClient.connect(port);
        client.socket.pause();
        client.write(request('GET', '/r'));
        await waitFor('the end of the answer', () => transport.sent > 0 && proxy.traffic.inFlight === 0);
        const closed = proxy.close(LIMIT);
        client.socket.resume();
        const given = await client.answer();
        assert.deepEqual([given?.complete, given?.body.length], [true, transport.sent]);
        await client.untilEnd();
        await ended(closed);
        client.close();
      },
      { transport },
    );
  });

  it('cuts a request that does not end in time, and its upstream is told', () => {
    const { script } = held();
    return behindProxy(script, async ({ port, proxy, upstream }) => {
      const client = await RawClient.connect(port);
      client.write(request('GET', '/r'));
      await waitFor('the request', () => upstream.requests.length === 1);
      await proxy.close(50);
      assert.equal(await client.answer(), undefined);
      await waitFor('the end of the upstream connection', () => upstream.connections[0]?.ended);
      client.close();
    });
  });

  it('cuts a WebSocket when the time is up', () =>
    behindProxy(accept, async ({ port, proxy, upstream }) => {
      const client = await RawClient.connect(port);
      client.write(request('GET', '/r', 'Connection: Upgrade', 'Upgrade: websocket'));
      await client.until('\r\n\r\n');
      const closed = proxy.close(100);
      await client.untilEnd();
      await ended(closed);
      await waitFor('the end of the upstream connection', () => upstream.connections[0]?.ended);
      client.close();
    }));

  it('may be asked for twice', () =>
    behindProxy(answering(answer('ok')), async ({ proxy }) => {
      await ended(Promise.all([proxy.close(LIMIT), proxy.close(LIMIT)]));
      await ended(proxy.close(LIMIT));
    }));
});
