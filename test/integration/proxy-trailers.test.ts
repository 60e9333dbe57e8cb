import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answer, behindProxy, request } from '../helpers/behind-proxy.js';
import { exchange } from '../helpers/raw-client.js';
import { answering } from '../helpers/raw-upstream.js';

const TRAILERS = 'X-T: 1\r\nX-T: 2\r\nX-U: \xe9\r\n';

describe('trailers', () => {
  for (const path of ['/r', '/n']) {
    it(`of a request to ${path} reach the upstream, behind a chunked body`, () =>
      behindProxy(answering(answer('ok')), async ({ port, upstream }) => {
        const head = request('POST', path, 'Transfer-Encoding: chunked', 'TE: trailers', 'Trailer: X-T, X-U');
        const [given] = await exchange(port, [`${head}5\r\nhello\r\n0\r\n${TRAILERS}\r\n`], { answers: 1 });
        const [seen] = upstream.requests;
        assert.equal(given?.status, 200);
        assert.deepEqual([seen?.body, seen?.trailers], ['hello', TRAILERS]);
        assert.match(seen?.head ?? '', /^Trailer: X-T, X-U\r$/m);
        assert.match(seen?.head ?? '', /^TE: trailers\r$/m);
      }));
  }

  it('of an answer reach the client', () => {
    const text = `HTTP/1.1 200 OK\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n${TRAILERS}\r\n`;
    return behindProxy(answering(text), async ({ port }) => {
      const [given] = await exchange(port, [request('GET', '/r')], { answers: 1 });
      assert.deepEqual([given?.body, given?.trailers, given?.complete], ['hello', TRAILERS, true]);
      assert.equal(given?.value('trailer'), 'X-T');
    });
  });

  it('of an answer without a body reach the client', () => {
    const text = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${TRAILERS}\r\n`;
    return behindProxy(answering(text), async ({ port }) => {
      const [given] = await exchange(port, [request('GET', '/r')], { answers: 1 });
      assert.deepEqual([given?.body, given?.trailers, given?.complete], ['', TRAILERS, true]);
    });
  });

  it('that are malformed cut the answer', () => {
    const text = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX T: 1\r\n\r\n';
    return behindProxy(answering(text), async ({ port }) => {
      const [given] = await exchange(port, [request('GET', '/r')], { answers: 1 });
      assert.deepEqual([given?.status, given?.body, given?.complete], [200, 'hello', false]);
    });
  });
});
