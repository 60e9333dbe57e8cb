import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answer, behindProxy, request, requestWith } from '../helpers/behind-proxy.js';
import { exchange } from '../helpers/raw-client.js';
import type { RawScript } from '../helpers/raw-upstream.js';
import { waitFor } from '../helpers/wait-for.js';

/** Answers with the path; a path of /slow waits until another one has been answered. */
function racing(): RawScript {
  let answered = 0;
  return async (connection) => {
    for (;;) {
      const { target, body } = await connection.request();
      if (target.startsWith('/slow'))
        await waitFor('the other answers', () => answered >= Number(target.slice(5)));
      connection.write(answer(target + body));
      answered += 1;
    }
  };
}

describe('pipelined requests', () => {
  it('are answered in order, whichever the upstream answers first', () =>
    behindProxy(racing(), async ({ port }) => {
      const requests = [
        request('GET', '/r/slow2'),
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
        ['/slow2', '/aabc', '/b', '/c'],
      );
    }));

  it('before a malformed one are answered, then comes its 400 and the end', () =>
    behindProxy(racing(), async ({ port }) => {
      const requests = [request('GET', '/r/slow1'), request('GET', '/r/a'), 'GET /r bad\r\n\r\n'];
      const given = await exchange(port, [requests.join('')]);
      assert.deepEqual(
        given.map(({ status }) => status),
        [200, 200, 400],
      );
      assert.equal(given[2]?.value('connection'), 'close');
    }));

  it('behind a last one are not answered, and do not disturb its answer', () =>
    behindProxy(racing(), async ({ port, upstream }) => {
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
    behindProxy(racing(), async ({ port, upstream }) => {
      const bad = `${request('POST', '/r/a', 'Transfer-Encoding: chunked')}zz\r\nabc\r\n0\r\n\r\n`;
      const given = await exchange(port, [bad + request('GET', '/r/b')]);
      assert.deepEqual(
        given.map(({ status }) => status),
        [400],
      );
      assert.deepEqual(upstream.requests, []);
    }));
});
