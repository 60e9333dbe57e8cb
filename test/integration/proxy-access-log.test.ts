import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answer, behindProxy, request, requestWith } from '../helpers/behind-proxy.js';
import { exchange, RawClient } from '../helpers/raw-client.js';
import { answering } from '../helpers/raw-upstream.js';
import { waitFor } from '../helpers/wait-for.js';
import { accept } from '../helpers/websocket-upstream.js';

describe('the access log tells', () => {
  it('a proxied request once, with route, service, upstream and bytes', () =>
    behindProxy(answering(answer('hello')), async ({ port, proxy, upstream }) => {
      const lines = ['User-Agent: probe', 'Referer: http://from.test/', 'Authorization: Basic Ym9iOng='];
      const [given] = await exchange(port, [requestWith('POST', '/r/a?b=c', 'abc', ...lines)], {
        answers: 1,
      });
      assert.equal(proxy.accessed.length, 1);
      const { time: _, request_time: __, upstream_latency: ___, ...told } = proxy.accessed[0] ?? {};
      assert.equal(told['request_id'], given?.value('x-kong-request-id'));
      assert.deepEqual(
        [told['status'], told['method'], told['host'], told['body_bytes_sent'], told['route_name']],
        [200, 'POST', 'gw.test', 5, 'r'],
      );
      assert.deepEqual([told['upstream'], told['service_name']], [`127.0.0.1:${upstream.port}`, 's']);
      assert.deepEqual([told['user_agent'], told['referer']], ['probe', 'http://from.test/']);
    }));

  it("the gateway's own answers", () =>
    behindProxy(answering(answer('hello')), async ({ port, proxy }) => {
      const [given] = await exchange(port, [request('GET', '/zzz')], { answers: 1 });
      assert.deepEqual(
        proxy.accessed.map((line) => [line['status'], line['body_bytes_sent'], line['route_name']]),
        [[404, given?.body.length, null]],
      );
    }));

  it('what could not be read as a request, with its first line', () =>
    behindProxy(answering(answer('hello')), async ({ port, proxy }) => {
      await exchange(port, ['GET /r bad\r\n\r\n']);
      assert.deepEqual(
        proxy.accessed.map((line) => [line['status'], line['method'], line['path']]),
        [[400, '', 'GET /r bad']],
      );
    }));

  it('a client that leaves before its answer as 499, and inside it with the status it had', () =>
    behindProxy(
      async (connection) => {
        const { target } = await connection.request();
        if (target.startsWith('/inside')) connection.write('HTTP/1.1 203 X\r\nContent-Length: 9\r\n\r\nabc');
      },
      async ({ port, proxy, upstream }) => {
        const early = await RawClient.connect(port);
        early.write(request('GET', '/r/early'));
        await waitFor('the request', () => upstream.requests.length === 1);
        early.close();
        await waitFor('the line', () => proxy.accessed.length === 1);
        const late = await RawClient.connect(port);
        late.write(request('GET', '/r/inside'));
        await late.until('abc');
        late.close();
        await waitFor('the line', () => proxy.accessed.length === 2);
        assert.deepEqual(
          proxy.accessed.map((line) => [line['status'], line['body_bytes_sent']]),
          [
            [499, 0],
            [203, 3],
          ],
        );
      },
    ));

  it('a WebSocket when it ends, with the bytes that its client got', () =>
    behindProxy(accept, async ({ port, proxy }) => {
      const client = await RawClient.connect(port);
      client.write(request('GET', '/r', 'Connection: Upgrade', 'Upgrade: websocket'));
      await client.until('\r\n\r\n');
      assert.deepEqual(proxy.accessed, []);
      client.close();
      await waitFor('the line', () => proxy.accessed.length === 1);
      assert.equal(proxy.accessed[0]?.['status'], 101);
    }));
});
