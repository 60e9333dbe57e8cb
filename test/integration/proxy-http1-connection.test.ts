import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answer, behindProxy, request, requestWith, type Stage } from '../helpers/behind-proxy.js';
import { exchange, RawClient } from '../helpers/raw-client.js';
import { answering, type RawScript } from '../helpers/raw-upstream.js';
import { waitFor } from '../helpers/wait-for.js';

const MEBIBYTE = 1024 * 1024;
const OK = answering(answer('ok'));
const silent: RawScript = async (connection) => {
  await connection.request();
};
/** Answers with the target and the body. */
const echo: RawScript = async (connection) => {
  for (;;) {
    const { target, body } = await connection.request();
    connection.write(answer(target + body));
  }
};

/** Text that is the same nowhere: what is lost, doubled or swapped shows. */
function counted(length: number): string {
  let text = '';
  for (let count = 0; text.length < length; count += 1) text += `${count},`;
  return text.slice(0, length);
}

async function allGone({ proxy }: Stage): Promise<void> {
  await waitFor(
    'the end of all connections',
    () => proxy.traffic.inFlight === 0 && proxy.traffic.active === 0,
  );
}

describe('requests on one connection', () => {
  it('a hundred in one packet are answered in order, some at once and some by the upstream', () =>
    behindProxy(echo, async ({ port }) => {
      const numbers = Array.from({ length: 100 }, (_, at) => at);
      const requests = numbers.map((at) => {
        if (at % 3 === 0) return request('GET', `/zzz/${at}`);
        return at % 3 === 1 ? request('GET', `/r/${at}`) : requestWith('POST', `/n/${at}`, `body ${at}`);
      });
      const given = await exchange(port, [requests.join('')], { answers: 100 });
      assert.deepEqual(
        given.map(({ status, body }) => (status === 200 ? body : status)),
        numbers.map((at) => (at % 3 === 0 ? 404 : `/${at}${at % 3 === 2 ? `body ${at}` : ''}`)),
      );
    }));

  it('are answered however their bytes are split', () =>
    behindProxy(echo, async ({ port }) => {
      const bytes = [
        requestWith('POST', '/r/a', 'first'),
        request('GET', '/zzz'),
        `${request('POST', '/n/b', 'Transfer-Encoding: chunked')}3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n`,
        requestWith('POST', '/zzz', 'unread'),
        request('GET', '/r/c'),
      ].join('\r\n');
      for (const size of [1, 7, 64]) {
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
          bytes.slice(at * size, (at + 1) * size),
        );
        const given = await exchange(port, pieces, { answers: 5 });
        assert.deepEqual(
          given.map(({ status, body }) => (status === 200 ? body : status)),
          ['/afirst', 404, '/babcde', 404, '/c'],
        );
      }
    }));

  it('a head of 10,000 bytes may come one by one', () =>
    behindProxy(OK, async ({ port, upstream }) => {
      const value = counted(8000);
      const text = request('GET', '/r', `X-A: ${value}`, `X-B: ${value.slice(0, 1900)}`);
      assert.ok(text.length >= 9_900);
      const [given] = await exchange(port, [...text], { answers: 1 });
      assert.equal(given?.status, 200);
      assert.ok(upstream.requests[0]?.head.includes(`X-A: ${value}\r\n`));
    }));

  it('a large answer to a slow reader comes whole, and the next behind it', () => {
    const large = counted(8 * MEBIBYTE);
    return behindProxy(
      async (connection) => {
        for (;;) connection.write(answer((await connection.request()).target === '/large' ? large : 'small'));
      },
      async ({ port, upstream }) => {
        const client = await RawClient.connect(port);
        client.socket.pause();
        client.write(request('GET', '/r/large') + request('GET', '/r/small'));
        await waitFor('the first request', () => upstream.requests.length === 1);
        client.socket.resume();
        const [first, second] = await client.answers(2);
        assert.ok(first?.body === large, 'the large answer is another');
        assert.equal(second?.body, 'small');
        client.close();
      },
    );
  });

  it('large bodies come whole in both directions, one behind the other', () =>
    behindProxy(echo, async ({ port }) => {
      const bodies = [3, 5].map((size) => counted(size * MEBIBYTE + size));
      const parts = bodies.map((body, at) => requestWith('POST', at === 0 ? '/r/' : '/n/', body));
      const given = await exchange(port, [parts.join('') + request('GET', '/zzz')], { answers: 3 });
      for (const [at, body] of bodies.entries())
        assert.ok(given[at]?.body === `/${body}`, `body ${at} is another`);
      assert.equal(given[2]?.status, 404);
    }));

  for (const [framing, head, body] of [
    ['with a length', `Content-Length: ${MEBIBYTE}`, counted(MEBIBYTE)],
    [
      'in chunks',
      'Transfer-Encoding: chunked',
      `${MEBIBYTE.toString(16)}\r\n${counted(MEBIBYTE)}\r\n0\r\n\r\n`,
    ],
  ] as const) {
    it(`a body ${framing} that nobody wants is read away`, () =>
      behindProxy(OK, async ({ port }) => {
        const upload = request('POST', '/zzz', head) + body;
        for (const parts of [
          [upload + request('GET', '/r')],
          [upload, { until: 'Route' }, request('GET', '/r')],
        ]) {
          const given = await exchange(port, parts, { answers: 2 });
          assert.deepEqual(
            given.map(({ status }) => status),
            [404, 200],
          );
        }
      }));
  }

  it('an early answer to a body that is read ahead leaves the connection in step', () =>
    behindProxy(
      async (connection) => {
        await connection.head();
        connection.write(answer('early'));
      },
      async ({ port }) => {
        const body = counted(4 * MEBIBYTE);
        const given = await exchange(port, [requestWith('POST', '/r', body) + request('GET', '/zzz')], {
          answers: 2,
        });
        assert.deepEqual(
          given.map(({ status }) => status),
          [200, 404],
        );
      },
    ));

  it('HEAD, 204 and 304 have no body, whatever framing the upstream names', () =>
    behindProxy(
      async (connection) => {
        for (;;) {
          const { method, target } = await connection.request();
          const status = target.slice(1);
          const framing = target === '/304' ? 'Transfer-Encoding: chunked' : 'Content-Length: 10';
          connection.write(
            `HTTP/1.1 ${status} X\r\n${framing}\r\n\r\n${method === 'GET' && status === '200' ? counted(10) : ''}`,
          );
        }
      },
      async ({ port }) => {
        const requests = [
          request('HEAD', '/r/200'),
          request('GET', '/r/204'),
          request('GET', '/r/304'),
          request('HEAD', '/zzz'),
          request('HEAD', '/r/304'),
          request('GET', '/r/200'),
        ];
        const methods = requests.map((text) => text.split(' ')[0] ?? '');
        const given = await exchange(port, [requests.join('')], { answers: 6, methods });
        assert.deepEqual(
          given.map(({ status, body }) => [status, body]),
          [
            [200, ''],
            [204, ''],
            [304, ''],
            [404, ''],
            [304, ''],
            [200, counted(10)],
          ],
        );
        for (const { value } of given) assert.equal(value('transfer-encoding'), undefined);
      },
    ));

  it('of HTTP/1.0 with keep-alive and of HTTP/1.1 follow each other, close ends them', () =>
    behindProxy(echo, async ({ port }) => {
      const text = [
        'GET /r/1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
        'POST /r/2 HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc',
        request('GET', '/r/3'),
        'GET /r/4 HTTP/1.0\r\n\r\n',
        request('GET', '/r/5'),
      ];
      const given = await exchange(port, [text.join('')]);
      assert.deepEqual(
        given.map(({ body, value }) => [body, value('connection')]),
        [
          ['/1', 'keep-alive'],
          ['/2abc', 'keep-alive'],
          ['/3', 'keep-alive'],
          ['/4', 'close'],
        ],
      );
    }));
});

describe('Expect: 100-continue', () => {
  const EXPECTING = ['Expect: 100-continue', 'Content-Length: 3'] as const;

  for (const path of ['/r', '/n', '/zzz']) {
    it(`to ${path} is answered before the body, and stays here`, () =>
      behindProxy(OK, async ({ port, upstream }) => {
        const parts = [
          request('POST', path, ...EXPECTING),
          { until: 'Continue\r\n\r\n' },
          `abc${request('GET', '/r')}`,
        ];
        const given = await exchange(port, parts, { answers: 2 });
        assert.deepEqual(
          given.map(({ status, interims }) => [status, interims.map((interim) => interim.status)]),
          [
            [path === '/zzz' ? 404 : 200, [100]],
            [200, []],
          ],
        );
        for (const { head } of upstream.requests) assert.doesNotMatch(head, /^expect:/im);
      }));
  }

  it('comes in its turn', () =>
    behindProxy(echo, async ({ port }) => {
      const parts = [
        `${request('GET', '/r/1')}${request('POST', '/r/2', ...EXPECTING)}`,
        { until: 'Continue' },
        'abc',
      ];
      const given = await exchange(port, parts, { answers: 2 });
      assert.deepEqual(
        given.map(({ body, interims }) => [body, interims.length]),
        [
          ['/1', 0],
          ['/2abc', 1],
        ],
      );
    }));

  it('is not answered where it is another expectation', () =>
    behindProxy(OK, async ({ port }) => {
      const [given] = await exchange(
        port,
        [`${request('POST', '/r', 'Expect: 200-ok', 'Content-Length: 3')}abc`],
        { answers: 1 },
      );
      assert.deepEqual([given?.status, given?.interims], [200, []]);
    }));
});

const CHUNKS = request('POST', '/n', 'Transfer-Encoding: chunked');
const UPLOAD = request('POST', '/r', `Content-Length: ${MEBIBYTE}`);

/** Where a client can be when it breaks its connection: what it has sent, and what has come of that by then. */
const STAGES: readonly (readonly [
  string,
  readonly string[],
  (stage: Stage, client: RawClient) => unknown,
])[] = [
  ['before its first byte', [], () => true],
  ['inside a head', ['GET /r HTTP/1.1\r\nHo'], () => true],
  ['inside a body that is read ahead', [UPLOAD, 'abc'], ({ proxy }) => proxy.traffic.inFlight === 1],
  [
    'inside a body that streams',
    [CHUNKS, '3\r\nab'],
    ({ upstream }) => upstream.connections[0]?.received.includes('ab'),
  ],
  ['behind a body that streams', [CHUNKS, '0\r\n\r\n'], ({ upstream }) => upstream.requests.length === 1],
  [
    'behind a body of just what is read ahead',
    [UPLOAD, counted(MEBIBYTE)],
    ({ upstream }) => upstream.requests.length === 1,
  ],
  [
    'behind a larger body',
    [UPLOAD.replace(/\d{5,}/, `${8 * MEBIBYTE}`), counted(8 * MEBIBYTE)],
    ({ upstream }) => upstream.requests.length === 1,
  ],
  ['while it waits', [request('GET', '/r')], ({ upstream }) => upstream.requests.length === 1],
  [
    'inside a body that is read away',
    [request('POST', '/zzz', 'Content-Length: 9'), 'abc'],
    (_, client) => client.received.includes('Route'),
  ],
  [
    'behind its last answer',
    [request('POST', '/zzz', 'Content-Length: 9', 'Connection: close')],
    (_, client) => client.received.includes('Route'),
  ],
  ['between two requests', [request('GET', '/zzz')], (_, client) => client.received.includes('Route')],
];

describe('a client that breaks its connection', () => {
  for (const [when, sent, ready] of STAGES) {
    it(`${when} is forgotten, and the upstream is told`, () =>
      behindProxy(silent, async (stage) => {
        const client = await RawClient.connect(stage.port);
        for (const text of sent) client.write(text);
        await waitFor('the connection', () => stage.proxy.traffic.active === 1);
        await waitFor('the stage', () => ready(stage, client));
        client.reset();
        await allGone(stage);
        await waitFor('the end upstream', () => stage.upstream.connections.every(({ ended }) => ended));
        assert.deepEqual(stage.proxy.logged, []);
      }));
  }

  it('inside its answer is forgotten, and the upstream is told', () =>
    behindProxy(
      async (connection) => {
        await connection.request();
        connection.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
      },
      async (stage) => {
        const client = await RawClient.connect(stage.port);
        client.write(request('GET', '/r'));
        await client.until('abc');
        client.reset();
        await allGone(stage);
        await waitFor('the end upstream', () => stage.upstream.connections[0]?.ended);
      },
    ));

  it('or only half of it, behind a complete request, gets no answer', () =>
    behindProxy(silent, async (stage) => {
      const client = await RawClient.connect(stage.port);
      client.write(request('GET', '/r'));
      await waitFor('the request', () => stage.upstream.requests.length === 1);
      client.end();
      await client.untilEnd();
      assert.equal(client.received, '');
      await allGone(stage);
      await waitFor('the end upstream', () => stage.upstream.connections[0]?.ended);
      client.close();
    }));
});

describe('an upgrade', () => {
  const HANDSHAKE = request('GET', '/r', 'Connection: Upgrade', 'Upgrade: websocket');

  it('takes what comes in the packet of the handshake for the tunnel, however much', () => {
    const early = counted(300_000);
    return behindProxy(
      async (connection) => {
        await connection.head();
        connection.write(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
        );
        connection.write(await connection.bytes(early.length + 4));
      },
      async ({ port }) => {
        const client = await RawClient.connect(port);
        client.write(HANDSHAKE + early);
        await client.until('\r\n\r\n');
        client.write('late');
        await client.until('late');
        assert.ok(client.received.endsWith(`\r\n\r\n${early}late`), 'the bytes of the tunnel are others');
        client.close();
      },
    );
  });

  it('that is refused leaves the connection to the next request', () =>
    behindProxy(echo, async ({ port }) => {
      const given = await exchange(port, [HANDSHAKE + requestWith('POST', '/r/next', 'abc')], { answers: 2 });
      assert.deepEqual(
        given.map(({ body }) => body),
        ['/', '/nextabc'],
      );
    }));
});
