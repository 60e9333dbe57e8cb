/** The defects of http-proxy's own passes (docs/decisions), each one over raw sockets against a process of its own. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProxyProcess } from '../helpers/proxy-process.js';
import { exchange, RawClient } from '../helpers/raw-client.js';
import { answering, type RawScript, RawUpstream } from '../helpers/raw-upstream.js';
import { waitFor } from '../helpers/wait-for.js';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const HOST = 'Host: gw.test\r\n';
const HANDSHAKE = `GET /r HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;

interface Stage {
  readonly port: number;
  readonly upstream: RawUpstream;
}

/** Runs `test` against a gateway with the routes /r and /n (unbuffered). Fails when its process does. */
async function onStage(script: RawScript, test: (stage: Stage) => Promise<void>): Promise<void> {
  const upstream = await RawUpstream.start(script);
  const routes = [
    { name: 'r', paths: ['/r'] },
    { name: 'n', paths: ['/n'], request_buffering: false, response_buffering: false },
  ];
  const service = { name: 's', host: '127.0.0.1', port: upstream.port, retries: 0, routes };
  const proxy = await ProxyProcess.start({ services: [service] });
  try {
    await test({ port: proxy.port, upstream });
    const [alive] = await exchange(proxy.port, [`GET /zzz HTTP/1.1\r\n${HOST}\r\n`], { answers: 1 });
    assert.equal(alive?.status, 404, 'the gateway does not answer any more');
  } finally {
    await proxy.close();
    await upstream.close();
  }
}

/** A script that reads one request and does nothing more. */
const silent: RawScript = async (connection) => {
  await connection.request();
};

function get(path: string, lines = ''): string {
  return `GET ${path} HTTP/1.1\r\n${HOST}${lines}\r\n`;
}

describe("no defect of http-proxy's own passes", { concurrency: 4 }, () => {
  for (const method of ['DELETE', 'OPTIONS']) {
    for (const path of ['/r', '/n']) {
      it(`a chunked ${method} to ${path} smuggles no second request`, () =>
        onStage(answering(OK), async ({ port, upstream }) => {
          const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: evil.test\r\n\r\n';
          const chunk = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n`;
          const [answer] = await exchange(
            port,
            [
              `${method} ${path} HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`,
              async () => {
                // Without buffering the head goes ahead of the body.
                if (path === '/n') await waitFor('the head', () => upstream.connections[0]?.received !== '');
              },
              `${chunk}0\r\n\r\n`,
            ],
            { answers: 1 },
          );
          assert.equal(answer?.status, 200);
          assert.deepEqual(
            upstream.requests.map((request) => [request.method, request.target, request.body]),
            [[method, '/', smuggled]],
          );
        }));
    }
  }

  it('a GET with a Trailer header is answered', () =>
    onStage(answering(OK), async ({ port }) => {
      const [answer] = await exchange(port, [get('/r', 'Trailer: X-T\r\n')], { answers: 1 });
      assert.equal(answer?.status, 200);
    }));

  for (const [what, method, answer] of [
    ['with a length', 'GET', 'HTTP/1.1 200 OK\r\nTrailer: X-T\r\nContent-Length: 2\r\n\r\nok'],
    ['to HEAD', 'HEAD', 'HTTP/1.1 200 OK\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['without a body', 'GET', 'HTTP/1.1 204 No Content\r\nTrailer: X-T\r\n\r\n'],
  ] as const) {
    it(`an answer ${what} and a Trailer header passes without it`, () =>
      onStage(answering(answer), async ({ port }) => {
        const request = get('/r').replace('GET', method);
        const [passed] = await exchange(port, [request], { answers: 1 });
        assert.equal(passed?.status, Number(answer.slice(9, 12)));
        assert.equal(passed?.value('trailer'), undefined);
      }));
  }

  it('a chunked answer with a Trailer header reaches a client of HTTP/1.0', () => {
    const answer =
      'HTTP/1.1 200 OK\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n';
    return onStage(answering(answer), async ({ port }) => {
      const [passed] = await exchange(port, ['GET /r HTTP/1.0\r\n\r\n']);
      assert.deepEqual([passed?.status, passed?.framing, passed?.body], [200, 'close', 'ok']);
    });
  });

  for (const [how, leave] of [
    ['resets', (client: RawClient) => client.reset()],
    ['ends', (client: RawClient) => client.end()],
  ] as const) {
    it(`a client that ${how} its connection before the WebSocket answer leaves no upstream socket`, () =>
      onStage(silent, async ({ port, upstream }) => {
        const client = await RawClient.connect(port);
        client.write(HANDSHAKE);
        await waitFor('the handshake', () => upstream.requests.length === 1);
        leave(client);
        await waitFor('the end of the upstream socket', () => upstream.connections[0]?.ended);
        client.close();
      }));
  }

  it('a client that resets its WebSocket leaves no upstream socket', () =>
    onStage(
      async (connection) => {
        await connection.request();
        connection.write(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
        );
      },
      async ({ port, upstream }) => {
        const client = await RawClient.connect(port);
        client.write(HANDSHAKE);
        await client.until('\r\n\r\n');
        client.reset();
        await waitFor('the end of the upstream socket', () => upstream.connections[0]?.ended);
      },
    ));

  it('a reason phrase with control bytes is a 502, one with 8-bit bytes passes', () =>
    onStage(
      async (connection) => {
        const { target } = await connection.request();
        connection.end(
          `HTTP/1.1 200 ${target === '/control' ? 'O\x01K' : 'O\xe9K'}\r\nContent-Length: 0\r\n\r\n`,
        );
      },
      async ({ port }) => {
        const [control] = await exchange(port, [get('/r/control')], { answers: 1 });
        assert.equal(control?.status, 502);
        const [latin1] = await exchange(port, [get('/r/latin1')], { answers: 1 });
        assert.deepEqual([latin1?.status, latin1?.reason], [200, 'O\xe9K']);
      },
    ));

  for (const path of ['/r', '/n']) {
    it(`the upstream of ${path} is told when the client leaves before the answer`, () =>
      onStage(silent, async ({ port, upstream }) => {
        const client = await RawClient.connect(port);
        client.write(get(path));
        await waitFor('the request', () => upstream.requests.length === 1);
        client.close();
        await waitFor('the end of the upstream connection', () => upstream.connections[0]?.ended);
      }));

    it(`the upstream of ${path} is told when the client leaves inside the answer`, () =>
      onStage(
        async (connection) => {
          await connection.request();
          connection.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello');
        },
        async ({ port, upstream }) => {
          const client = await RawClient.connect(port);
          client.write(get(path));
          await client.until('hello');
          client.close();
          await waitFor('the end of the upstream connection', () => upstream.connections[0]?.ended);
        },
      ));
  }

  for (const [framing, head] of [
    ['a length', 'Content-Length: 10\r\n\r\nhello'],
    ['chunks', 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'],
  ] as const) {
    for (const how of ['ends', 'resets'] as const) {
      it(`the client's connection is cut when an upstream ${how} its own inside a body of ${framing}`, () =>
        onStage(
          async (connection) => {
            await connection.request();
            connection.write(`HTTP/1.1 200 OK\r\n${head}`);
            await connection.until('go');
            if (how === 'ends') connection.end();
            else connection.reset();
          },
          async ({ port, upstream }) => {
            const [answer] = await exchange(port, [
              get('/r'),
              { until: 'hello' },
              () => {
                // What the upstream waits for, as if it had come from the gateway.
                upstream.connections[0]?.socket.emit('data', Buffer.from('go'));
              },
            ]);
            assert.deepEqual([answer?.status, answer?.body, answer?.complete], [200, 'hello', false]);
          },
        ));
    }
  }

  it('hop-by-hop and Connection-named headers stay, as does upgrade: h2c', () =>
    onStage(answering(OK), async ({ port, upstream }) => {
      const lines = [
        'Connection: keep-alive, Upgrade, HTTP2-Settings, X-Hop',
        'Upgrade: h2c',
        'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
        'X-Hop: 1',
        'Keep-Alive: timeout=5',
        'Proxy-Connection: keep-alive',
        'TE: gzip',
        'X-Kept: 1',
      ];
      const [answer] = await exchange(port, [get('/r', `${lines.join('\r\n')}\r\n`)], { answers: 1 });
      assert.equal(answer?.status, 200);
      const head = upstream.requests[0]?.head ?? '';
      assert.match(head, /^X-Kept: 1\r$/m);
      assert.match(head, /^Connection: keep-alive\r$/m);
      await exchange(port, [get('/r', 'Connection: keep-alive\r\nUpgrade: h2c\r\n')], { answers: 1 });
      assert.doesNotMatch(upstream.requests[1]?.head ?? 'Upgrade: h2c', /^upgrade:/im);
      assert.doesNotMatch(head, /^(upgrade|http2-settings|x-hop|keep-alive|proxy-connection|te):/im);
    }));

  it('the path arrives in normal form, the query as it was sent', () =>
    onStage(answering(OK), async ({ port, upstream }) => {
      const paths = ['/r//a', '/r/a\\b', '/r/a#b', '/r/a?b=//c\\d&e=%2f', '/r/%2F/%2e%2e/x'];
      for (const path of paths) await exchange(port, [get(path)], { answers: 1 });
      assert.deepEqual(
        upstream.requests.map(({ target }) => target),
        ['/a', '/a%5Cb', '/a#b', '/a?b=//c\\d&e=%2f', '/x'],
      );
    }));

  it('connections to the upstream are used again', () =>
    onStage(answering(OK), async ({ port, upstream }) => {
      for (let count = 0; count < 10; count += 1) await exchange(port, [get('/r')], { answers: 1 });
      assert.equal(upstream.requests.length, 10);
      assert.equal(upstream.connections.length, 1);
    }));

  it('keeps a second ETag and Server, the order of lines, trailers and the 103', () => {
    const lines = [
      'X-B: 1',
      'Server: a',
      'ETag: "1"',
      'X-A: 2',
      'Server: b',
      'ETag: "2"',
      'Set-Cookie: a',
      'Set-Cookie: b',
    ];
    const answer = [
      'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nLink: </b.css>\r\n\r\n',
      `HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\nTransfer-Encoding: chunked\r\n\r\n`,
      '2\r\nok\r\n0\r\nX-T: 1\r\nX-T: 2\r\n\r\n',
    ].join('');
    return onStage(answering(answer), async ({ port }) => {
      const [passed] = await exchange(port, [get('/r')], { answers: 1 });
      const own = /^(Connection|Transfer-Encoding|Date|Via|X-Kong-)/;
      const kept = passed?.headers
        .map(([name, value]) => `${name}: ${value}`)
        .filter((line) => !own.test(line));
      assert.deepEqual(kept, lines);
      assert.equal(passed?.trailers, 'X-T: 1\r\nX-T: 2\r\n');
      assert.deepEqual(
        passed?.interims.map(({ status, headers }) => [status, headers]),
        [
          [
            103,
            [
              ['Link', '</a.css>'],
              ['Link', '</b.css>'],
            ],
          ],
        ],
      );
    });
  });
});
