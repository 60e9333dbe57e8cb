import assert from 'node:assert/strict';
import type { LookupFunction } from 'node:net';
import { describe, it } from 'node:test';
import { Http1Transport } from '#gateway/proxy/transport/http1-transport.js';
import { answer, behindProxy, request, requestWith } from '../helpers/behind-proxy.js';
import { deadPort } from '../helpers/port-map.js';
import { exchange } from '../helpers/raw-client.js';
import type { RawScript } from '../helpers/raw-upstream.js';
import { waitFor } from '../helpers/wait-for.js';

const METHODS: readonly (readonly [method: string, idempotent: boolean])[] = [
  ['GET', true],
  ['HEAD', true],
  ['PUT', true],
  ['DELETE', true],
  ['OPTIONS', true],
  ['POST', false],
  ['PATCH', false],
  ['LOCK', false],
];

/** Ways for an upstream to fail once it has the request. */
const FAILURES: Readonly<Record<string, RawScript>> = {
  'ends its connection': async (connection) => {
    await connection.request();
    connection.end();
  },
  'resets its connection': async (connection) => {
    await connection.request();
    connection.reset();
  },
  'ends it inside the head': async (connection) => {
    await connection.request();
    connection.end('HTTP/1.1 200 OK\r\nContent-');
  },
};

describe('retries', () => {
  for (const [what, script] of Object.entries(FAILURES)) {
    it(`an upstream that ${what} is asked again for idempotent methods only`, async () => {
      for (const retries of [0, 2]) {
        for (const [method, idempotent] of METHODS) {
          await behindProxy(
            script,
            async ({ port, upstream }) => {
              const [given] = await exchange(port, [requestWith(method, '/r', 'abc')], { answers: 1 });
              assert.equal(given?.status, 502);
              const bodies = upstream.requests.map(({ body }) => body);
              assert.deepEqual(
                bodies,
                Array(idempotent ? retries + 1 : 1).fill('abc'),
                `${method} ${retries}`,
              );
            },
            { service: { retries } },
          );
        }
      }
    });
  }

  it('an upstream that cannot be connected to is tried again for every method', async () => {
    const port = await deadPort();
    for (const [method] of METHODS) {
      let lookups = 0;
      const lookup: LookupFunction = (_name, options, done) => {
        lookups += 1;
        if (options.all === true) done(null, [{ address: '127.0.0.1', family: 4 }]);
        else done(null, '127.0.0.1', 4);
      };
      await behindProxy(
        () => {},
        async (stage) => {
          const [given] = await exchange(stage.port, [requestWith(method, '/n', 'abc')], { answers: 1 });
          assert.equal(given?.status, 502);
          assert.equal(lookups, 3, method);
        },
        { service: { host: 'dead.test', port, retries: 2 }, transport: new Http1Transport({ lookup }) },
      );
    }
  });

  it('a name without an address is not tried again', async () => {
    let lookups = 0;
    const lookup: LookupFunction = (_name, _options, done) => {
      lookups += 1;
      done(
        Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }),
        [],
      );
    };
    await behindProxy(
      () => {},
      async ({ port }) => {
        const [given] = await exchange(port, [request('GET', '/r')], { answers: 1 });
        assert.deepEqual([given?.status, lookups], [503, 1]);
      },
      { service: { host: 'nowhere.test' }, transport: new Http1Transport({ lookup }) },
    );
  });

  for (const [what, text, status] of [
    ['a 503', 'HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n', 503],
    ['a malformed head', 'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n', 502],
    ['a body that is cut', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello', 200],
  ] as const) {
    it(`${what} is an answer: the upstream is not asked again`, () =>
      behindProxy(
        async (connection) => {
          await connection.request();
          connection.end(text);
        },
        async ({ port, upstream }) => {
          const [given] = await exchange(port, [request('GET', '/r')], { answers: 1 });
          assert.deepEqual([given?.status, upstream.requests.length], [status, 1]);
        },
      ));
  }

  it('the second attempt may be the good one, and the client sees nothing of the first', () =>
    behindProxy(
      async (connection) => {
        await connection.request();
        if (connection.index === 0) connection.end();
        else connection.write(answer('ok'));
      },
      async ({ port, proxy, upstream }) => {
        const [given] = await exchange(port, [requestWith('PUT', '/r', 'abc')], { answers: 1 });
        assert.deepEqual([given?.status, given?.body], [200, 'ok']);
        assert.deepEqual(
          upstream.requests.map(({ body }) => body),
          ['abc', 'abc'],
        );
        assert.deepEqual(
          proxy.logged.filter(({ level }) => level === 'error'),
          [],
        );
      },
    ));

  it('a body that is still coming is not sent twice', () =>
    behindProxy(
      async (connection) => {
        await connection.until('hello');
        connection.end();
      },
      async ({ port, upstream }) => {
        const head = request('PUT', '/n', 'Content-Length: 10');
        const [given] = await exchange(port, [`${head}hello`], { answers: 1 });
        assert.deepEqual([given?.status, upstream.connections.length], [502, 1]);
      },
    ));

  it('gives up when the client does', () =>
    behindProxy(
      async (connection) => {
        await connection.request();
        if (connection.index === 0) await connection.peerEnd();
      },
      async ({ port, upstream }) => {
        await exchange(port, [
          request('GET', '/r'),
          (client) => waitFor('the request', () => upstream.requests.length === 1).then(() => client.close()),
        ]);
        await waitFor('the end of the upstream connection', () => upstream.connections[0]?.ended);
        assert.equal(upstream.connections.length, 1);
      },
    ));
});
