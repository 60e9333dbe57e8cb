import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answer, behindProxy, request, requestWith } from '../helpers/behind-proxy.js';
import { exchange } from '../helpers/raw-client.js';
import type { RawScript } from '../helpers/raw-upstream.js';

/** Answers with the path and the body. */
function repeating(): RawScript {
  return async (connection) => {
    for (;;) {
      const { target, body } = await connection.request();
      connection.write(answer(target + body));
    }
  };
}

describe('pipelined requests', () => {
  it('are answered one after the other', () =>
    behindProxy(repeating(), async ({ port }) => {
      const requests = [
        request('GET', '/r/first'),
        requestWith('POST', '/r/a', 'abc'),
        request('GET', '/r/b'),
        request('GET', '/zzz'),
        request('GET', '/r/c', 'Connection: close'),
      ];
      const given = await exchange(port, [requests.join('')]);
      assert.deepEqual(
        given.map(({ status }) => status),
        [200, 200, 200, 404, 200],
      );
      assert.deepEqual(
        given.flatMap(({ status, body }) => (status === 200 ? [body] : [])),
        ['/first', '/aabc', '/b', '/c'],
      );
    }));

  it('before a malformed one are answered, then comes its 400 and the end', () =>
    behindProxy(repeating(), async ({ port }) => {
      const requests = [request('GET', '/r/first'), request('GET', '/r/a'), 'GET /r bad\r\n\r\n'];
      const given = await exchange(port, [requests.join('')]);
      assert.deepEqual(
        given.map(({ status }) => status),
        [200, 200, 400],
      );
      assert.equal(given[2]?.value('connection'), 'close');
    }));

  it('behind a last one are not answered, and do not disturb its answer', () =>
    behindProxy(repeating(), async ({ port, upstream }) => {
      const requests = [
        request('GET', '/r/a', 'Connection: close'),
        request('GET', '/r/b'),
        'garbage\r\n\r\n',
      ];
      const given = await exchange(port, [requests.join('')]);
      assert.deepEqual(
        given.map(({ body }) => body),
        ['/a'],
      );
      assert.equal(upstream.requests.length, 1);
    }));

  it('behind a malformed body are not answered', () =>
    behindProxy(repeating(), async ({ port, upstream }) => {
      const bad = `${request('POST', '/r/a', 'Transfer-Encoding: chunked')}zz\r\nabc\r\n0\r\n\r\n`;
      const given = await exchange(port, [bad + request('GET', '/r/b')]);
      assert.deepEqual(
        given.map(({ status }) => status),
        [400],
      );
      assert.deepEqual(upstream.requests, []);
    }));
});
