import assert from 'node:assert/strict';
import { constants, type ServerHttp2Stream } from 'node:http2';
import { afterEach, describe, it } from 'node:test';
import { Http2Transport } from '#gateway/proxy/transport/http2-transport.js';
import type { Origin, UpstreamRequest } from '#gateway/proxy/transport/transport.js';
import { Authorities } from '#gateway/tls/authorities.js';
import { makeCertificate } from '../helpers/certificate.js';
import { END_HEADERS, FRAME, frame, number32, OK_BLOCK } from '../helpers/http2-frames.js';
import { Http2Upstream, type StreamScript } from '../helpers/http2-upstream.js';
import { type RawConnection, RawUpstream } from '../helpers/raw-upstream.js';
import { waitFor } from '../helpers/wait-for.js';
import { connectCases } from './transport-cases-connect.js';
import {
  CHUNKED_POST,
  Exchange,
  GET,
  lengthPost,
  type MakeTransport,
  Opened,
  originOf,
  PATIENT,
  type TransportSettings,
  wholePost,
} from './transport-exchange.js';

const SHORT = 60;
const make: MakeTransport = (settings) => new Http2Transport(settings);
const at: typeof originOf = (port, tls): Origin => ({ ...originOf(port, tls), http2: true });
const empty: StreamScript = (stream) => stream.respond({ ':status': 200 }, { endStream: true });

function within(request: UpstreamRequest, timeouts: Partial<UpstreamRequest['timeouts']>): UpstreamRequest {
  return { ...request, timeouts: { ...PATIENT, ...timeouts } };
}

describe('Http2Transport', () => {
  const opened = new Opened();
  afterEach(() => opened.close());

  connectCases(make, at);

  async function start(
    script: StreamScript,
    settings?: TransportSettings,
    options?: Parameters<typeof Http2Upstream.start>[1],
  ) {
    const transport = opened.add(make(settings));
    const upstream = opened.add(await Http2Upstream.start(script, options));
    const origin = at(upstream.port);
    const send = (request: UpstreamRequest, prepare?: (exchange: Exchange) => void) =>
      Exchange.send(transport, origin, request, prepare);
    return { transport, upstream, origin, send };
  }

  describe('a request', () => {
    it('goes out with its Host as the authority, and without what HTTP/2 says by other means', async () => {
      const { upstream, send } = await start(empty);
      await send({
        ...GET,
        method: 'PROPFIND',
        target: '/a%20b?c',
        rawHeaders: [
          ...[
            'Host',
            'x.test:1',
            'Connection',
            'keep-alive',
            'TE',
            'trailers',
            'Transfer-Encoding',
            'chunked',
          ],
          ...['X-A', '1', 'x-a', '2', 'X-L', '\xe9', 'User-Agent', 'a', 'User-Agent', 'b'],
        ],
      }).ended();
      const [head] = upstream.heads;
      assert.deepEqual(Object.fromEntries(Object.entries(head ?? {})), {
        ':method': 'PROPFIND',
        ':scheme': 'http',
        ':authority': 'x.test:1',
        ':path': '/a%20b?c',
        te: 'trailers',
        'x-a': '1, 2',
        'x-l': '\xe9',
        'user-agent': 'a, b',
      });
    });

    it('with text beyond latin1 in its head gets no line break out of it', async () => {
      const { upstream, send } = await start(empty);
      await send({ ...GET, rawHeaders: ['Host', 'x', 'X-A', 'a\u010d\u010aX-B: b'] }).ended();
      assert.equal(upstream.heads[0]?.['x-a'], Buffer.from('a\u010d\u010aX-B: b').toString('latin1'));
      assert.equal(upstream.heads[0]?.['x-b'], undefined);
    });

    for (const length of [0, 1, 65_536, 3_000_000]) {
      it(`with a whole body of ${length} bytes arrives whole, again and again`, async () => {
        const { upstream, send } = await start((stream) => {
          stream.on('end', () => empty(stream, {}));
        });
        const bytes = Buffer.alloc(length, 'body of a request ');
        for (let count = 0; count < 3; count += 1) await send(wholePost(bytes)).ended();
        assert.deepEqual(
          upstream.bodies.map((body) => body === bytes.toString('latin1')),
          [true, true, true],
        );
        assert.equal(upstream.sessions.length, 1);
      });
    }

    it('can be streamed while its answer comes, with trailers both ways', async () => {
      let trailers: unknown;
      const { send } = await start((stream) => {
        stream.on('trailers', (fields: object) => {
          trailers = Object.fromEntries(Object.entries(fields));
        });
        stream.respond({ ':status': 200 }, { waitForTrailers: true });
        stream.on('data', (chunk: Buffer) => stream.write(chunk));
        stream.on('end', () => stream.end());
        stream.on('wantTrailers', () => stream.sendTrailers({ 'x-t': '1' }));
      });
      const exchange = send(CHUNKED_POST);
      await waitFor('the head', () => exchange.head);
      for (const letter of 'abc') {
        exchange.call.write(Buffer.from(letter));
        await waitFor(`the echo of ${letter}`, () => exchange.body.endsWith(letter));
      }
      exchange.call.end(['X-U', '2']);
      await exchange.ended();
      assert.deepEqual(exchange.rawTrailers, ['x-t', '1']);
      assert.deepEqual(trailers, { 'x-u': '2' });
    });

    it('can be streamed before the connection is made', async () => {
      const { upstream, send } = await start((stream) => {
        stream.on('end', () => empty(stream, {}));
      });
      const exchange = send(lengthPost(6));
      exchange.call.write(Buffer.from('abc'));
      exchange.call.write(Buffer.from('def'));
      exchange.call.end();
      await exchange.ended();
      assert.deepEqual(upstream.bodies, ['abcdef']);
    });
  });

  describe('an answer', () => {
    it('comes with its head, its reason the usual one, and its lines as they were sent', async () => {
      const { send } = await start((stream) => {
        stream.respond({ ':status': 418, 'set-cookie': ['a', 'b'], 'x-l': '\xff' }, {
          sendDate: false,
        } as never);
        stream.end('short');
      });
      const { head, body } = await send(GET).ended();
      assert.equal(head?.status, 418);
      assert.equal(head?.reason, "I'm a Teapot");
      assert.equal(head?.version, '2.0');
      assert.deepEqual(
        head?.rawHeaders.filter((_, index, all) => all[index - (index % 2)] !== 'date'),
        ['set-cookie', 'a', 'set-cookie', 'b', 'x-l', '\xff'],
      );
      assert.equal(body, 'short');
    });

    it('that ends with its head says that it has no body', async () => {
      const { send } = await start(empty);
      const { head } = await send(GET).ended();
      assert.deepEqual(head?.rawHeaders.slice(-2), ['content-length', '0']);
      const toHead = await send({ ...GET, method: 'HEAD' }).ended();
      assert.ok(toHead.head?.rawHeaders.includes('content-length') === false);
    });

    it('brings its interim answers', async () => {
      const { send } = await start((stream) => {
        stream.additionalHeaders({ ':status': 103, link: '</a>' });
        stream.respond({ ':status': 200 });
        stream.end('a');
      });
      const exchange = await send(GET).ended();
      assert.deepEqual(
        exchange.interims.map(({ status, rawHeaders }) => [status, ...rawHeaders]),
        [[103, 'link', '</a>']],
      );
    });

    it('after more than 64 interim ones is an error', async () => {
      const { send } = await start((stream) => {
        for (let count = 0; count < 65; count += 1) stream.additionalHeaders({ ':status': 103 });
      });
      assert.equal((await send(GET).failed()).failure, 'malformed');
    });

    it('of many megabytes is whole, many at a time', async () => {
      const total = 1 << 20;
      const { upstream, send } = await start((stream, headers) => {
        stream.respond({ ':status': 200 });
        stream.end(Buffer.alloc(total, String(headers[':path'])));
      });
      const exchanges = Array.from('abcde', (letter) => send({ ...GET, target: `/${letter}` }));
      for (const [index, exchange] of exchanges.entries()) {
        const expected = Buffer.alloc(total, `/${'abcde'[index]}`);
        assert.ok(Buffer.concat((await exchange.ended()).chunks).equals(expected), 'the bytes were mixed up');
      }
      assert.equal(upstream.sessions.length, 1);
    });

    const cut: readonly (readonly [string, (connection: RawConnection) => void, RegExp])[] = [
      [
        'reset',
        (connection) =>
          connection.write(frame(FRAME.reset, 0, 1, number32(constants.NGHTTP2_INTERNAL_ERROR))),
        /reset the stream .*INTERNAL_ERROR/,
      ],
      [
        'reset without an error',
        (connection) => connection.write(frame(FRAME.reset, 0, 1, number32(0))),
        /NO_ERROR/,
      ],
      ['ended with its connection', (connection) => connection.end(), /closed the connection/],
      ['broken with its connection', (connection) => connection.reset(), /closed the connection/],
    ];
    for (const [what, end, words] of cut) {
      it(`that is ${what} before its head is an error: closed`, async () => {
        const error = await (await cutBy(end, '')).failed();
        assert.deepEqual([error.failure, error.phase, error.stale], ['closed', 'head', false]);
        assert.match(error.message, words);
      });

      it(`that is ${what} inside its body is an error behind what came`, async () => {
        const exchange = await cutBy(end, 'abc');
        const error = await exchange.failed();
        assert.deepEqual([error.failure, error.phase, exchange.body], ['closed', 'body', 'abc']);
        assert.match(error.message, words);
      });
    }

    /** An answer that is begun with `body`, unless that is empty, and then cut. */
    async function cutBy(end: (connection: RawConnection) => void, body: string): Promise<Exchange> {
      const transport = opened.add(make());
      const upstream = opened.add(
        await RawUpstream.start(async (connection) => {
          await connection.until('SM\r\n\r\n');
          connection.write(frame(FRAME.settings, 0, 0));
          if (body === '') return;
          connection.write(frame(FRAME.headers, END_HEADERS, 1, OK_BLOCK));
          connection.write(frame(FRAME.data, 0, 1, Buffer.from(body)));
        }),
      );
      const exchange = Exchange.send(transport, at(upstream.port), GET);
      const connection = await waitFor('the request', () => {
        const [first] = upstream.connections;
        // Its head is the first frame behind the preface that is no SETTINGS, WINDOW_UPDATE or answer to one.
        return first?.received.includes('upstream.test') || (first?.received.length ?? 0) > 80
          ? first
          : undefined;
      });
      await waitFor('what comes before', () => exchange.body === body);
      end(connection);
      return exchange;
    }

    it('shorter than it says is an error', async () => {
      const { send } = await start((stream) => {
        stream.respond({ ':status': 200, 'content-length': 5 });
        stream.end('abc');
      });
      assert.equal((await send(GET).failed()).phase, 'body');
    });

    it('that comes before the whole request ends it', async () => {
      const { upstream, send } = await start((stream) => {
        stream.respond({ ':status': 413 });
        stream.end('no');
      });
      const exchange = send(lengthPost(1_000_000));
      exchange.call.write(Buffer.alloc(1_000));
      assert.equal((await exchange.ended()).head?.status, 413);
      await waitFor('the stream to close', () => upstream.streams[0]?.closed);
      exchange.call.write(Buffer.alloc(1_000));
      exchange.call.end();
    });
  });

  describe('back-pressure', () => {
    it('stops the source of a body that the upstream does not read, and lets it go on', async () => {
      const { upstream, send } = await start(() => {}, undefined, { reading: false });
      const total = 16 << 20;
      const piece = Buffer.alloc(65_536, 'x');
      const exchange = send(CHUNKED_POST);
      let sent = 0;
      const pump = (): void => {
        while (sent < total) {
          sent += piece.length;
          if (!exchange.call.write(piece)) return;
        }
        exchange.call.end();
      };
      exchange.on = (event) => {
        if (event === 'drain') pump();
      };
      pump();
      const stream = await waitFor('the request', () => upstream.streams[0]);
      await standingStill(() => sent);
      assert.ok(sent < total / 2, `${sent} bytes were taken although nobody reads`);
      let received = 0;
      stream.on('data', (chunk: Buffer) => {
        received += chunk.length;
      });
      stream.on('end', () => empty(stream, {}));
      await exchange.ended();
      assert.equal(received, total);
    });

    it('stops the upstream when the handler asks for it, and lets it go on; others are not stopped', async () => {
      const total = 16 << 20;
      let written = 0;
      const { send } = await start((stream, headers) => {
        if (headers[':path'] === '/other') return empty(stream, headers);
        stream.respond({ ':status': 200 });
        const pump = (): void => {
          while (written < total) {
            written += 65_536;
            if (!stream.write(Buffer.alloc(65_536))) return void stream.once('drain', pump);
          }
          stream.end();
        };
        pump();
      });
      const exchange = send(GET, (made) => {
        made.accepting = false;
      });
      await waitFor('the first chunk', () => exchange.chunks.length > 0);
      await standingStill(() => written);
      assert.ok(written < total / 2);
      await send({ ...GET, target: '/other' }).ended();
      exchange.accepting = true;
      exchange.call.resume();
      await exchange.ended();
      assert.equal(Buffer.concat(exchange.chunks).length, total);
    });
  });

  describe('the timeouts', () => {
    it('to read pass when no head comes, and the connection gets no other request until it proves alive', async () => {
      const { upstream, send } = await start((stream, headers) => {
        if (headers[':path'] === '/other') empty(stream, headers);
      });
      const error = await send(within(GET, { read: SHORT })).failed();
      assert.deepEqual([error.failure, error.phase], ['read_timeout', 'head']);
      await waitFor('the stream to close', () => upstream.streams[0]?.closed);
      await send({ ...GET, target: '/other' }).ended();
    });

    it('to read pass on a connection where nobody is any more, and the next request takes another', async () => {
      const transport = opened.add(make());
      // It takes everything and says nothing, not even to a PING.
      const upstream = opened.add(await RawUpstream.start((connection) => void connection.socket.resume()));
      const origin = at(upstream.port);
      for (const count of [1, 2]) {
        const error = await Exchange.send(transport, origin, within(GET, { read: SHORT })).failed();
        assert.equal(error.failure, 'read_timeout');
        assert.equal(upstream.connections.length, count);
      }
    });

    it('to read pass in a gap of the body', async () => {
      const { send } = await start((stream) => {
        stream.respond({ ':status': 200 });
        stream.write('abc');
      });
      const exchange = send(within(GET, { read: SHORT }));
      const error = await exchange.failed();
      assert.deepEqual([error.failure, error.phase, exchange.body], ['read_timeout', 'body', 'abc']);
    });

    it('to read stand still while the handler pauses, and before the request is sent', async () => {
      const { upstream, send } = await start((stream) => {
        stream.on('end', () => {
          stream.respond({ ':status': 200 });
          stream.write('a');
        });
      });
      const exchange = send(within(CHUNKED_POST, { read: SHORT }), (made) => {
        made.accepting = false;
      });
      exchange.call.write(Buffer.from('x'));
      await new Promise((resolve) => setTimeout(resolve, 4 * SHORT));
      assert.equal(exchange.over, false);
      exchange.call.end();
      await waitFor('the first byte', () => exchange.body === 'a');
      await new Promise((resolve) => setTimeout(resolve, 4 * SHORT));
      assert.equal(exchange.over, false);
      exchange.call.resume();
      upstream.streams[0]?.end('b');
      assert.equal((await exchange.ended()).body, 'ab');
    });

    it('to write pass when the upstream takes nothing of a body', async () => {
      const { send } = await start(() => {}, undefined, { reading: false });
      const error = await send(within(wholePost(Buffer.alloc(4 << 20)), { write: SHORT })).failed();
      assert.deepEqual([error.failure, error.phase], ['write_timeout', 'request']);
    });
  });

  describe('a connection', () => {
    it('carries many requests at a time, and those beyond what the upstream takes go over another', async () => {
      const waiting: ServerHttp2Stream[] = [];
      const { upstream, send } = await start((stream) => void waiting.push(stream), undefined, {
        settings: { maxConcurrentStreams: 10 },
      });
      const first = send(GET);
      await waitFor('the first', () => waiting.length === 1);
      const others = Array.from({ length: 24 }, () => send(GET));
      await waitFor('all', () => waiting.length === 25);
      assert.equal(upstream.sessions.length, 3);
      for (const stream of waiting) empty(stream, {});
      for (const exchange of [first, ...others]) await exchange.ended();
    });

    it('carries no more requests than it may', async () => {
      const { upstream, send } = await start(empty, { maxRequests: 3 });
      for (let count = 0; count < 7; count += 1) await send(GET).ended();
      assert.equal(upstream.sessions.length, 3);
      await waitFor('two to end', () => upstream.sessions.filter(({ destroyed }) => destroyed).length === 2);
    });

    it('that waits too long is closed', async () => {
      const { upstream, send } = await start(empty, { idleTimeout: 30 });
      await send(GET).ended();
      await waitFor('the end', () => upstream.sessions[0]?.destroyed);
      await send(GET).ended();
      assert.equal(upstream.sessions.length, 2);
    });

    it('is never kept by a pool of size 0', async () => {
      const { upstream, send } = await start(empty, { poolSize: 0 });
      await send(GET).ended();
      await waitFor('the end', () => upstream.sessions[0]?.destroyed);
    });

    it('is not shared between origins with different keys', async () => {
      const { transport, upstream, origin } = await start(empty);
      await Exchange.send(transport, origin, GET).ended();
      await Exchange.send(transport, { ...origin, key: 'another' }, GET).ended();
      assert.equal(upstream.sessions.length, 2);
    });

    it('outlives a request that is given up', async () => {
      const { upstream, send } = await start((stream, headers) => {
        if (headers[':path'] === '/other') empty(stream, headers);
      });
      const exchange = send(GET);
      const stream = await waitFor('the request', () => upstream.streams[0]);
      exchange.abort();
      exchange.call.abort();
      await waitFor('the reset', () => stream.rstCode === constants.NGHTTP2_CANCEL);
      await send({ ...GET, target: '/other' }).ended();
      assert.deepEqual([upstream.sessions.length, exchange.over], [1, false]);
    });

    it('closes when the transport does, once its requests have ended', async () => {
      const waiting: ServerHttp2Stream[] = [];
      const { transport, upstream, send } = await start((stream) => void waiting.push(stream));
      const exchange = send(GET);
      const stream = await waitFor('the request', () => waiting[0]);
      let closed = false;
      const closing = transport.close().then(() => {
        closed = true;
      });
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(closed, false);
      empty(stream, {});
      await exchange.ended();
      await closing;
      await waitFor('the end', () => upstream.sessions[0]?.destroyed);
    });
  });

  describe('a request that the upstream did not look at', () => {
    it('because it refused the stream can be sent again, whatever it is', async () => {
      const { send } = await start((stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM));
      const error = await send(wholePost(Buffer.from('abc'))).failed();
      assert.deepEqual([error.failure, error.phase, error.stale], ['closed', 'connect', true]);
      const again = await send({ ...wholePost(Buffer.from('abc')), fresh: true }).failed();
      assert.deepEqual([again.failure, again.phase, again.stale], ['closed', 'connect', false]);
    });

    it('because it was closing can be sent again; what it looked at ends in peace', async () => {
      const waiting: ServerHttp2Stream[] = [];
      const { upstream, send } = await start((stream) => void waiting.push(stream));
      const first = send(GET);
      const stream = await waitFor('the first', () => waiting[0]);
      const second = send(GET);
      await waitFor('the second', () => waiting.length === 2);
      upstream.sessions[0]?.goaway(constants.NGHTTP2_NO_ERROR, stream.id ?? 0);
      const error = await second.failed();
      assert.deepEqual([error.failure, error.phase, error.stale], ['closed', 'connect', true]);
      const third = send({ ...GET, fresh: true });
      await waitFor('the third', () => waiting.length === 3);
      assert.equal(upstream.sessions.length, 2);
      for (const each of waiting) if (!each.closed) empty(each, {});
      await first.ended();
      await third.ended();
    });

    it('because its connection, used before, ended at once is stale', async () => {
      let count = 0;
      const { send } = await start((stream) => {
        count += 1;
        if (count === 2) stream.session?.destroy();
        else empty(stream, {});
      });
      await send(GET).ended();
      const error = await send(GET).failed();
      assert.deepEqual([error.failure, error.stale], ['closed', true]);
      await send({ ...GET, fresh: true }).ended();
    });
  });

  describe('an upstream that does not speak HTTP/2', () => {
    it('but HTTP/1.1 is an error', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(
        await RawUpstream.start((connection) =>
          connection.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'),
        ),
      );
      const error = await Exchange.send(transport, at(upstream.port), GET).failed();
      assert.deepEqual([error.failure, error.phase], ['malformed', 'head']);
      assert.match(error.message, /does not speak HTTP\/2/);
      await waitFor('the connection to end', () => upstream.connections[0]?.ended);
    });

    it('over TLS is an error before anything is sent', async () => {
      const { cert, key } = makeCertificate({ commonName: 'upstream.test' });
      const upstream = opened.add(await RawUpstream.start(() => {}, { cert, key }));
      const transport = opened.add(make());
      const origin = at(upstream.port, {
        servername: 'upstream.test',
        verification: undefined,
        identity: undefined,
      });
      const error = await Exchange.send(transport, origin, GET).failed();
      assert.deepEqual([error.failure, error.phase], ['malformed', 'connect']);
      assert.match(error.message, /ALPN/);
    });
  });

  it('speaks over TLS what was agreed on by ALPN', async () => {
    const tls = makeCertificate({ commonName: 'upstream.test', names: ['upstream.test'] });
    const upstream = opened.add(await Http2Upstream.start(empty, { tls }));
    const transport = opened.add(make());
    const trusting = (certificates: readonly string[]) =>
      at(upstream.port, {
        servername: 'upstream.test',
        verification: { name: 'upstream.test', authorities: new Authorities(certificates), depth: 1 },
        identity: undefined,
      });
    const origin = trusting([tls.cert]);
    await Exchange.send(transport, origin, GET).ended();
    assert.equal(upstream.heads[0]?.[':scheme'], 'https');
    const distrusting = opened.add(make());
    const error = await Exchange.send(distrusting, trusting([]), GET).failed();
    assert.deepEqual([error.failure, error.phase], ['tls_failed', 'connect']);
  });
});

async function standingStill(amount: () => number): Promise<void> {
  let before = -1;
  await waitFor('the source to stand still', async () => {
    const still = amount() === before;
    before = amount();
    await new Promise((resolve) => setTimeout(resolve, 100));
    return still;
  });
}
