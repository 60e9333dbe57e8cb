import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answer, behindProxy, request } from '../helpers/behind-proxy.js';
import { exchange, RawClient } from '../helpers/raw-client.js';
import { answering, type RawScript } from '../helpers/raw-upstream.js';
import { waitFor } from '../helpers/wait-for.js';

const LEAVING = [
  ['resets', (client: RawClient) => client.reset()],
  ['closes', (client: RawClient) => client.close()],
  ['half-closes', (client: RawClient) => client.end()],
] as const;
const UPLOAD = request('POST', '/n', 'Content-Length: 10');

const silent: RawScript = async (connection) => {
  await connection.request();
};

describe('a client that leaves', () => {
  for (const [how, leave] of LEAVING) {
    it(`and ${how} inside its body: the upstream never takes the body for whole`, () =>
      behindProxy(answering(answer('ok')), async ({ port, upstream }) => {
        const client = await RawClient.connect(port);
        client.write(`${UPLOAD}hello`);
        await waitFor('the first half', () => upstream.connections[0]?.received.endsWith('hello'));
        leave(client);
        await waitFor('the end of the upstream connection', () => upstream.connections[0]?.ended);
        assert.deepEqual(upstream.requests, []);
        client.close();
      }));

    it(`and ${how} inside a body that is buffered: the upstream hears nothing`, () =>
      behindProxy(answering(answer('ok')), async ({ port, proxy, upstream }) => {
        const client = await RawClient.connect(port);
        client.write(`${UPLOAD.replace('/n', '/r')}hello`);
        await waitFor('the request', () => proxy.traffic.inFlight === 1);
        leave(client);
        await waitFor('the end', () => proxy.traffic.inFlight === 0 && proxy.traffic.active === 0);
        assert.equal(upstream.connections.length, 0);
        client.close();
      }));

    it(`and ${how} while it waits: the upstream is told`, () =>
      behindProxy(silent, async ({ port, proxy, upstream }) => {
        const client = await RawClient.connect(port);
        client.write(request('GET', '/r'));
        await waitFor('the request', () => upstream.requests.length === 1);
        leave(client);
        await waitFor('the end of the upstream connection', () => upstream.connections[0]?.ended);
        await waitFor('the end', () => proxy.traffic.inFlight === 0 && proxy.traffic.active === 0);
        client.close();
      }));
  }

  it('is no failure of the upstream: nothing is logged', () =>
    behindProxy(silent, async ({ port, proxy, upstream }) => {
      const client = await RawClient.connect(port);
      client.write(request('GET', '/r'));
      await waitFor('the request', () => upstream.requests.length === 1);
      client.reset();
      await waitFor('the end of the upstream connection', () => upstream.connections[0]?.ended);
      assert.deepEqual(proxy.logged, []);
    }));
});

describe('an upstream that answers before it has the body', () => {
  for (const [what, end] of [
    ['and keeps its connection', false],
    ['and ends it', true],
  ] as const) {
    it(`${what}: the client gets the answer, and its connection stays in step`, () =>
      behindProxy(
        async (connection) => {
          await connection.head();
          connection.write('HTTP/1.1 413 Too Big\r\nContent-Length: 3\r\n\r\nbig');
          if (end) connection.end();
        },
        async ({ port }) => {
          const body = 'b'.repeat(1_000_000);
          const parts = [
            request('POST', '/n', `Content-Length: ${body.length}`),
            { until: 'big' },
            body + request('GET', '/zzz'),
          ];
          const given = await exchange(port, parts, { answers: 2 });
          assert.deepEqual(
            given.map(({ status }) => status),
            [413, 404],
          );
        },
      ));
  }
});

describe('a client that stays behind its last answer', () => {
  for (const [what, text] of [
    ['a malformed request', 'garbage\r\n\r\n'],
    ['a malformed body', `${request('POST', '/n', 'Transfer-Encoding: chunked')}zz\r\n`],
    ['a CONNECT', request('CONNECT', 'gw.test:80')],
    ['a refused upgrade', request('GET', '/zzz', 'Connection: Upgrade, close', 'Upgrade: websocket')],
    ['Connection: close', request('GET', '/r', 'Connection: close')],
  ] as const) {
    it(`to ${what} is let go`, () =>
      behindProxy(answering(answer('ok')), async ({ port, proxy }) => {
        const client = await RawClient.connect(port);
        client.write(text);
        await client.untilEnd();
        await waitFor('the end', () => proxy.traffic.inFlight === 0 && proxy.traffic.active === 0);
        client.close();
      }));
  }
});

describe('an upstream that does not take the body', () => {
  it('and ends its connection is a 502', () =>
    behindProxy(
      async (connection) => {
        await connection.head();
        connection.reset();
      },
      async ({ port }) => {
        const parts = [request('POST', '/n', 'Content-Length: 10'), 'hello'];
        const [given] = await exchange(port, parts, { answers: 1 });
        assert.equal(given?.status, 502);
      },
    ));
});
