import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLIENT_TIMEOUTS } from '#gateway/proxy/http1/client-timeouts.js';
import { answer, behindProxy, request } from '../helpers/behind-proxy.js';
import { RawClient } from '../helpers/raw-client.js';
import { answering } from '../helpers/raw-upstream.js';
import { waitFor } from '../helpers/wait-for.js';

const OK = answering(answer('ok'));
/** More than the kernel takes off the client's hands. */
const BODY = Buffer.alloc(24 * 1024 * 1024, 'b');

/** What is answered at once and last on its connection, though the client has much more to send. */
const LAST: readonly (readonly [what: string, head: string, status: number])[] = [
  ['to no route', request('POST', '/zzz', 'Connection: close', `Content-Length: ${BODY.length}`), 404],
  ['to a target too long', request('POST', `/${'x'.repeat(9000)}`, `Content-Length: ${BODY.length}`), 414],
  ['without a Host', `POST /r HTTP/1.1\r\nContent-Length: ${BODY.length}\r\n\r\n`, 400],
  ['of HTTP/2.0', `POST /r HTTP/2.0\r\nContent-Length: ${BODY.length}\r\n\r\n`, 505],
  ['of a coding nobody knows', request('POST', '/r', 'Transfer-Encoding: br'), 501],
  ['of two lengths', request('POST', '/r', 'Content-Length: 3', 'Content-Length: 3'), 400],
  ['that is no request', 'garbage\r\n\r\n', 400],
  ['whose head has no end', 'GET /r HTTP/1.1\r\nX: ', 400],
  [
    'whose second chunk is malformed',
    `${request('POST', '/r', 'Transfer-Encoding: chunked')}1\r\na\r\nzz`,
    400,
  ],
  [
    'whose chunk is malformed, to no route',
    `${request('POST', '/zzz', 'Transfer-Encoding: chunked')}zz`,
    404,
  ],
];

describe('a last answer to a client that goes on sending', () => {
  for (const [what, head, status] of LAST) {
    it(`arrives whole: a request ${what}`, () =>
      behindProxy(OK, async ({ port, proxy, upstream }) => {
        const client = await RawClient.connect(port);
        client.write(head);
        client.write(BODY);
        const given = await client.answer('POST');
        assert.deepEqual([given?.status, given?.complete], [status, true]);
        await client.untilEnd();
        assert.equal(client.ended, 'fin');
        // A client that is cut off while it sends may never look at the answer.
        await waitFor('the end of the upload', () => client.socket.writableLength === 0);
        assert.equal(client.socket.errored, null);
        client.close();
        await waitFor('the end', () => proxy.traffic.active === 0 && proxy.traffic.inFlight === 0);
        assert.deepEqual(upstream.requests, []);
      }));
  }

  it('is followed by the end, when the client does not come to one', () =>
    behindProxy(
      OK,
      async ({ port, proxy }) => {
        const client = await RawClient.connect(port);
        client.write(request('POST', '/zzz', 'Connection: close', 'Transfer-Encoding: chunked'));
        assert.equal((await client.answer())?.status, 404);
        const drip = setInterval(() => client.write('1\r\na\r\n'), 5);
        try {
          await waitFor('the end', () => proxy.traffic.active === 0);
        } finally {
          clearInterval(drip);
        }
        client.close();
      },
      { timeouts: { ...CLIENT_TIMEOUTS, linger: 50 } },
    ));
});

describe('closing the proxy', () => {
  const LIMIT = 60_000;

  it('waits for the rest of a head, and answers', () =>
    behindProxy(OK, async ({ port, proxy }) => {
      const client = await RawClient.connect(port);
      client.write('GET /r HTTP/1.1\r\n');
      // What was sent later has been answered: the half head has been read.
      const later = await RawClient.connect(port);
      later.write(request('GET', '/r'));
      assert.equal((await later.answer())?.status, 200);
      const closed = proxy.close(LIMIT);
      await later.untilEnd();
      client.write('Host: gw.test\r\n\r\n');
      const given = await client.answer();
      assert.deepEqual([given?.status, given?.value('connection')], [200, 'close']);
      await client.untilEnd();
      await closed;
      client.close();
      later.close();
    }));

  it('does not wait for the rest of a body that nobody wants, and its answer stays whole', () =>
    behindProxy(OK, async ({ port, proxy }) => {
      const client = await RawClient.connect(port);
      client.write(request('POST', '/zzz', `Content-Length: ${BODY.length}`));
      assert.equal((await client.answer())?.status, 404);
      const closed = proxy.close(LIMIT);
      client.write(BODY);
      await client.untilEnd();
      assert.equal(client.ended, 'fin');
      await waitFor('the end of the upload', () => client.socket.writableLength === 0);
      assert.equal(client.socket.errored, null);
      client.close();
      await closed;
    }));
});
