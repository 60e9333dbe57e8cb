import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answer, behindProxy, request } from '../helpers/behind-proxy.js';
import { RawClient } from '../helpers/raw-client.js';
import { answering, type RawScript } from '../helpers/raw-upstream.js';
import { waitFor } from '../helpers/wait-for.js';
import { accept, clientFrame, echoingFrames, serverFrame } from '../helpers/websocket-upstream.js';

const HANDSHAKE = request(
  'GET',
  '/r',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
);
const BYTES = 8 * 1024 * 1024;

/** Opens a WebSocket: what comes behind the 101 is left unread. */
async function open(port: number): Promise<RawClient> {
  const client = await RawClient.connect(port);
  client.write(HANDSHAKE);
  await client.until('\r\n\r\n');
  assert.match(client.received, /^HTTP\/1\.1 101 /);
  return client;
}

describe('WebSockets', () => {
  it('take frames in the packet of the handshake, both ways', () =>
    behindProxy(
      async (connection) => {
        await connection.head();
        const head = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
        connection.write(head + serverFrame('first'));
      },
      async ({ port, upstream }) => {
        const client = await RawClient.connect(port);
        client.write(Buffer.concat([Buffer.from(HANDSHAKE), clientFrame('early')]));
        await client.until(serverFrame('first'));
        const early = clientFrame('early').toString('latin1');
        await waitFor('the early frame', () => upstream.connections[0]?.received.endsWith(early));
        client.close();
      },
    ));

  it("pass a client's last frame on, though its end follows at once", () =>
    behindProxy(accept, async ({ port, upstream }) => {
      const client = await open(port);
      client.write(clientFrame('last'));
      client.end();
      await waitFor('the end of the upstream connection', () => upstream.connections[0]?.ended);
      const last = clientFrame('last').toString('latin1');
      assert.ok(upstream.connections[0]?.received.endsWith(last), 'the last frame is lost');
      client.close();
    }));

  it("pass an upstream's last frame on, and end with it", () =>
    behindProxy(
      async (connection) => {
        await accept(connection);
        connection.end(serverFrame('last'));
      },
      async ({ port }) => {
        const client = await open(port);
        await client.untilEnd();
        assert.ok(client.received.endsWith(serverFrame('last')));
        assert.equal(client.ended, 'fin');
        client.close();
      },
    ));

  it('leave no connection open at the gateway when the upstream ends', () =>
    behindProxy(
      async (connection) => {
        await accept(connection);
        connection.end();
      },
      async ({ port, proxy }) => {
        const client = await open(port);
        // The client does not end its side.
        await waitFor('the end of the connection', () => proxy.traffic.active === 0);
        client.close();
      },
    ));

  for (const [direction, script] of [
    ['client to upstream', accept],
    [
      'upstream to client',
      async (connection) => {
        await accept(connection);
        await connection.flush(Buffer.alloc(BYTES, 'u'));
      },
    ],
  ] as const satisfies readonly (readonly [string, RawScript])[]) {
    it(`pass 8 MiB from ${direction}, as fast as it is read`, () =>
      behindProxy(script, async ({ port, upstream }) => {
        const client = await open(port);
        if (direction === 'client to upstream') client.write(Buffer.alloc(BYTES, 'c'));
        const end = direction === 'client to upstream' ? upstream.connections[0] : client;
        const received = () => end?.received ?? '';
        await waitFor('all bytes', () => received().length - received().indexOf('\r\n\r\n') - 4 === BYTES);
        client.close();
      }));
  }

  it('end when nothing passes for read_timeout, and frames of one side put that off', () =>
    behindProxy(
      accept,
      async ({ port, upstream }) => {
        const client = await open(port);
        const started = Date.now();
        const beat = setInterval(() => client.write(clientFrame('x')), 50);
        // Three times the timeout.
        await waitFor('900 ms', () => Date.now() - started > 900);
        clearInterval(beat);
        assert.equal(client.ended, undefined);
        await client.untilEnd();
        await waitFor('the end of the upstream connection', () => upstream.connections[0]?.ended);
        client.close();
      },
      { service: { read_timeout: 300 } },
    ));

  it('leave their connection to HTTP when they are refused', () =>
    behindProxy(answering(answer('no')), async ({ port, proxy }) => {
      const client = await RawClient.connect(port);
      client.write(HANDSHAKE);
      assert.equal((await client.answer())?.body, 'no');
      client.write(request('GET', '/r'));
      assert.equal((await client.answer())?.body, 'no');
      client.write(HANDSHAKE.replace('/r', '/zzz'));
      assert.equal((await client.answer())?.status, 404);
      client.write(request('GET', '/r', 'Connection: close'));
      assert.equal((await client.answer())?.body, 'no');
      await client.untilEnd();
      await waitFor('the counters', () => proxy.traffic.active === 0);
      assert.deepEqual([proxy.traffic.accepted, proxy.traffic.requests, proxy.traffic.inFlight], [1, 4, 0]);
      client.close();
    }));

  it('are opened on the config of their handshake, and live on when it is replaced', () =>
    behindProxy(echoingFrames, async ({ port, proxy }) => {
      const client = await open(port);
      proxy.swap({ services: [] });
      client.write(clientFrame('still here'));
      await client.until(serverFrame('still here'));
      client.close();
    }));

  it('count as in flight until they end', () =>
    behindProxy(echoingFrames, async ({ port, proxy }) => {
      const client = await open(port);
      assert.equal(proxy.traffic.inFlight, 1);
      client.close();
      await waitFor('the end', () => proxy.traffic.inFlight === 0 && proxy.traffic.active === 0);
    }));
});
