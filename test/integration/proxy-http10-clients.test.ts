import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answer, behindProxy } from '../helpers/behind-proxy.js';
import { exchange } from '../helpers/raw-client.js';
import { answering } from '../helpers/raw-upstream.js';

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n';

describe('clients of HTTP/1.0', () => {
  it('get one answer, and the connection ends', () =>
    behindProxy(answering(answer('hello')), async ({ port }) => {
      const given = await exchange(port, ['GET /r HTTP/1.0\r\n\r\n']);
      assert.equal(given.length, 1);
      assert.deepEqual(
        [given[0]?.framing, given[0]?.body, given[0]?.value('connection')],
        ['length', 'hello', 'close'],
      );
    }));

  it('with keep-alive use the connection again', () =>
    behindProxy(answering(answer('hello')), async ({ port }) => {
      const text = 'GET /r HTTP/1.0\r\nHost: gw.test\r\nConnection: keep-alive\r\n\r\n';
      const given = await exchange(port, [text, { until: 'hello' }, text], { answers: 2 });
      assert.deepEqual(
        given.map(({ body }) => body),
        ['hello', 'hello'],
      );
      assert.deepEqual(
        given.map(({ value }) => value('connection')),
        ['keep-alive', 'keep-alive'],
      );
    }));

  it('get a chunked answer up to the end of the connection', () =>
    behindProxy(answering(CHUNKED), async ({ port }) => {
      const text = 'GET /r HTTP/1.0\r\nHost: gw.test\r\nConnection: keep-alive\r\n\r\n';
      const given = await exchange(port, [text]);
      assert.equal(given.length, 1);
      assert.deepEqual([given[0]?.framing, given[0]?.body, given[0]?.complete], ['close', 'hello', true]);
      assert.deepEqual(
        [given[0]?.value('transfer-encoding'), given[0]?.value('connection')],
        [undefined, 'close'],
      );
    }));

  it('get no interim answer', () =>
    behindProxy(answering(`HTTP/1.1 103 Early Hints\r\n\r\n${answer('ok')}`), async ({ port }) => {
      const [given] = await exchange(port, ['GET /r HTTP/1.0\r\nExpect: 100-continue\r\n\r\n']);
      assert.deepEqual([given?.status, given?.interims], [200, []]);
    }));

  it('appear as 1 in Via upstream, and the upstream is spoken to in HTTP/1.1', () =>
    behindProxy(answering(answer('ok')), async ({ port, upstream }) => {
      await exchange(port, ['GET /r HTTP/1.0\r\n\r\n']);
      assert.match(upstream.requests[0]?.head ?? '', /^GET \/ HTTP\/1\.1\r\n/);
      assert.match(upstream.requests[0]?.head ?? '', /^Via: 1 \S+\r$/m);
    }));
});
