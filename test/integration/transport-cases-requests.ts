import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { answering, RawUpstream } from '../helpers/raw-upstream.js';
import { waitFor } from '../helpers/wait-for.js';
import {
  CHUNKED_POST,
  Exchange,
  GET,
  lengthPost,
  type MakeTransport,
  Opened,
  originOf,
  wholePost,
} from './transport-exchange.js';

const EMPTY = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

/** How requests go out: heads, bodies of every kind, back-pressure both ways, and giving up. */
export function requestCases(make: MakeTransport): void {
  const opened = new Opened();
  afterEach(() => opened.close());

  describe('a request', () => {
    it('goes out byte for byte as given', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(await RawUpstream.start(answering(EMPTY)));
      const exchange = Exchange.send(transport, originOf(upstream.port), {
        ...GET,
        method: 'PROPFIND',
        target: '/a%20b?c=\xe9',
        rawHeaders: ['host', 'x', 'X-A', '', 'X-A', 'b', 'x-L', '\xe9\xff'],
      });
      await exchange.ended();
      assert.equal(
        upstream.requests[0]?.head,
        'PROPFIND /a%20b?c=\xe9 HTTP/1.1\r\nhost: x\r\nX-A: \r\nX-A: b\r\nx-L: \xe9\xff\r\n\r\n',
      );
    });

    it('with text beyond latin1 in its head gets no line break out of it', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(await RawUpstream.start(answering(EMPTY)));
      const rawHeaders = ['Host', 'x', 'X-A', 'a\u010d\u010aX-B: b'];
      await Exchange.send(transport, originOf(upstream.port), { ...GET, rawHeaders }).ended();
      assert.equal(upstream.requests[0]?.rawHeaders.length, 4);
      assert.equal(
        upstream.requests[0]?.rawHeaders[3],
        Buffer.from('a\u010d\u010aX-B: b').toString('latin1'),
      );
    });

    it('calls no handler before it has returned, whatever is wrong', async () => {
      const transport = opened.add(make());
      for (const port of [0, 1, 65_536, -1]) {
        // Exchange fails on a call from inside send.
        const error = await Exchange.send(transport, originOf(port), GET).failed();
        assert.equal(error.failure, 'connect_failed', `port ${port}`);
      }
    });

    for (const length of [0, 1, 10_000, 65_536, 65_537, 3_000_000]) {
      it(`with a whole body of ${length} bytes arrives whole, again and again`, async () => {
        const transport = opened.add(make());
        const upstream = opened.add(await RawUpstream.start(answering(EMPTY)));
        const bytes = Buffer.alloc(length, 'body of a request ');
        for (let count = 0; count < 3; count += 1) {
          await Exchange.send(transport, originOf(upstream.port), wholePost(bytes)).ended();
        }
        assert.equal(upstream.connections.length, 1);
        assert.deepEqual(
          upstream.requests.map(({ body }) => body === bytes.toString('latin1')),
          [true, true, true],
        );
      });
    }

    it('can be streamed in chunks with trailers', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(await RawUpstream.start(answering(EMPTY)));
      const { call } = Exchange.send(transport, originOf(upstream.port), CHUNKED_POST);
      call.write(Buffer.from('hello '));
      call.write(Buffer.alloc(0));
      call.write(Buffer.from('world, this is a chunk'));
      call.end(['X-T', '1', 'X-U', '2']);
      const request = await waitFor('the request', () => upstream.requests[0]);
      assert.equal(request.body, 'hello world, this is a chunk');
      assert.equal(request.trailers, 'X-T: 1\r\nX-U: 2\r\n');
      assert.ok(
        upstream.connections[0]?.received.endsWith(
          '6\r\nhello \r\n16\r\nworld, this is a chunk\r\n0\r\nX-T: 1\r\nX-U: 2\r\n\r\n',
        ),
      );
    });

    it('can be streamed with a length', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(await RawUpstream.start(answering(EMPTY)));
      for (let count = 0; count < 2; count += 1) {
        const exchange = Exchange.send(transport, originOf(upstream.port), lengthPost(6));
        exchange.call.write(Buffer.from('abc'));
        setImmediate(() => {
          exchange.call.write(Buffer.from('def'));
          exchange.call.end();
        });
        await exchange.ended();
      }
      assert.deepEqual(
        upstream.requests.map(({ body }) => body),
        ['abcdef', 'abcdef'],
      );
      assert.equal(upstream.connections.length, 1);
    });

    it('with an empty streamed body ends', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(await RawUpstream.start(answering(EMPTY)));
      for (const request of [CHUNKED_POST, lengthPost(0)]) {
        const exchange = Exchange.send(transport, originOf(upstream.port), request);
        exchange.call.end();
        await exchange.ended();
      }
      assert.deepEqual(
        upstream.requests.map(({ body }) => body),
        ['', ''],
      );
    });

    for (const [what, pieces] of [
      ['shorter', ['abc']],
      ['longer', ['abc', 'defg']],
    ] as const) {
      it(`whose streamed body is ${what} than its Content-Length is given up`, async () => {
        const transport = opened.add(make());
        const upstream = opened.add(await RawUpstream.start(answering(EMPTY)));
        const exchange = Exchange.send(transport, originOf(upstream.port), lengthPost(6));
        for (const piece of pieces) exchange.call.write(Buffer.from(piece));
        exchange.call.end();
        const error = await exchange.failed();
        assert.deepEqual([error.failure, error.phase], ['closed', 'request']);
        assert.equal(upstream.requests.length, 0);
      });
    }
  });

  describe('back-pressure', () => {
    it('stops the source of a body that the upstream does not read, and lets it go on', async () => {
      const transport = opened.add(make());
      let read = (): void => {};
      const upstream = opened.add(
        await RawUpstream.start(async (connection) => {
          connection.socket.pause();
          read = () => connection.socket.resume();
          await connection.request();
          connection.write(EMPTY);
        }),
      );
      const total = 64 << 20;
      const piece = Buffer.alloc(65_536, 'x');
      const exchange = Exchange.send(transport, originOf(upstream.port), lengthPost(total));
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
      let before = -1;
      await waitFor('the source to stand still', async () => {
        const still = sent === before && upstream.connections.length === 1;
        before = sent;
        await new Promise((resolve) => setTimeout(resolve, 100));
        return still;
      });
      assert.ok(sent < total / 2, `${sent} bytes were taken although nobody reads`);
      read();
      await exchange.ended();
      assert.equal(upstream.requests[0]?.body.length, total);
    });

    it('stops the upstream when the handler asks for it, and lets it go on', async () => {
      const transport = opened.add(make());
      const total = 64 << 20;
      let written = 0;
      const upstream = opened.add(
        await RawUpstream.start(async (connection) => {
          await connection.request();
          connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`);
          const block = Buffer.alloc(1 << 20, 'x');
          for (; written < total; written += block.length) await connection.flush(block);
        }),
      );
      const exchange = Exchange.send(transport, originOf(upstream.port), GET, (made) => {
        made.accepting = false;
      });
      await waitFor('the first chunk', () => exchange.chunks.length > 0);
      let before = -1;
      await waitFor('the upstream to stand still', async () => {
        const still = written === before;
        before = written;
        await new Promise((resolve) => setTimeout(resolve, 100));
        return still;
      });
      assert.ok(Buffer.concat(exchange.chunks).length <= 131_072, 'data came during the pause');
      assert.ok(written < total / 2);
      exchange.accepting = true;
      exchange.call.resume();
      await exchange.ended();
      assert.equal(Buffer.concat(exchange.chunks).length, total);
    });

    it('of an answer that has ended leaves a connection that works', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(
        await RawUpstream.start(answering('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc')),
      );
      for (let count = 0; count < 3; count += 1) {
        const exchange = Exchange.send(transport, originOf(upstream.port), GET, (made) => {
          made.accepting = false;
        });
        assert.equal((await exchange.ended()).body, 'abc');
        exchange.call.resume();
      }
      assert.equal(upstream.connections.length, 1);
    });
  });

  describe('an early answer', () => {
    it('is delivered before the body is sent, and the connection is not used again', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(
        await RawUpstream.start(async (connection) => {
          await connection.head();
          connection.write('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno');
        }),
      );
      const exchange = Exchange.send(transport, originOf(upstream.port), lengthPost(1_000_000));
      exchange.call.write(Buffer.alloc(1_000));
      await exchange.ended();
      assert.equal(exchange.head?.status, 413);
      exchange.call.write(Buffer.alloc(1_000));
      exchange.call.end();
      await waitFor('the connection to close', () => upstream.connections[0]?.ended);
    });

    it('lets the connection be used again when the body was complete', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(await RawUpstream.start(answering(EMPTY)));
      for (let count = 0; count < 2; count += 1) {
        const exchange = Exchange.send(transport, originOf(upstream.port), CHUNKED_POST);
        exchange.call.write(Buffer.from('a'));
        exchange.call.end();
        await exchange.ended();
      }
      assert.equal(upstream.connections.length, 1);
    });

    it('can come in parts while the body goes on', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(
        await RawUpstream.start(async (connection) => {
          await connection.head();
          connection.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
          for (const letter of 'abc') {
            await connection.until(`1\r\n${letter}\r\n`);
            connection.write(`1\r\n${letter}\r\n`);
          }
          await connection.until('0\r\n\r\n');
          connection.write('0\r\n\r\n');
        }),
      );
      const exchange = Exchange.send(transport, originOf(upstream.port), CHUNKED_POST);
      await waitFor('the head', () => exchange.head);
      for (const letter of 'abc') {
        exchange.call.write(Buffer.from(letter));
        await waitFor(`the echo of ${letter}`, () => exchange.body.endsWith(letter));
      }
      exchange.call.end();
      await exchange.ended();
    });

    it('is read before more of the body is written to an upstream that has closed', async () => {
      const transport = opened.add(make());
      const exchanges: Exchange[] = [];
      const upstream = opened.add(
        await RawUpstream.start(async (connection) => {
          await connection.head();
          await connection.flush('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno');
          connection.reset();
          // The answer and the reset have come when this timer runs, and have not been read.
          setTimeout(() => exchanges[0]?.call.write(Buffer.alloc(1_000)), 1);
          for (const until = performance.now() + 5; performance.now() < until; );
        }),
      );
      const exchange = Exchange.send(transport, originOf(upstream.port), lengthPost(1_000_000));
      exchanges.push(exchange);
      exchange.call.write(Buffer.alloc(1_000));
      await exchange.ended();
      assert.deepEqual([exchange.head?.status, exchange.body], [413, 'no']);
    });
  });

  describe('abort', () => {
    const silent = 'nothing';
    const moments: readonly (readonly [string, string, (exchange: Exchange) => unknown])[] = [
      ['before the connection is made', silent, () => true],
      ['before the head', silent, () => undefined],
      [
        'inside the body',
        'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc',
        (exchange) => exchange.body === 'abc',
      ],
    ];
    for (const [what, answer, moment] of moments) {
      it(`${what} closes the connection and silences the call`, async () => {
        const transport = opened.add(make());
        const upstream = opened.add(
          await RawUpstream.start(async (connection) => {
            await connection.request();
            if (answer !== silent) connection.write(answer);
          }),
        );
        const exchange = Exchange.send(transport, originOf(upstream.port), GET);
        if (answer !== silent || moment(exchange) === undefined) {
          await waitFor('the moment', () =>
            answer === silent ? upstream.requests.length === 1 : moment(exchange),
          );
        }
        exchange.abort();
        exchange.call.resume();
        exchange.call.write(Buffer.from('x'));
        exchange.call.abort();
        await transport.close();
        await waitFor('the connection to end', () => upstream.connections.every(({ ended }) => ended));
        assert.equal(exchange.over, false);
      });
    }

    for (const moment of ['interim', 'head', 'data'] as const) {
      it(`from within ${moment} silences the rest of the same packet`, async () => {
        const transport = opened.add(make());
        const answer = `HTTP/1.1 103 E\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`;
        const upstream = opened.add(await RawUpstream.start(answering(answer)));
        const exchange = Exchange.send(transport, originOf(upstream.port), GET, (made) => {
          made.on = (event) => {
            if (event === moment) made.abort();
          };
        });
        await waitFor('the connection to end', () => upstream.connections[0]?.ended);
        assert.equal(exchange.over, false);
      });
    }

    it('of a call that is over leaves the connection to the next one', async () => {
      const transport = opened.add(make());
      let release = (): void => {};
      const upstream = opened.add(
        await RawUpstream.start(async (connection) => {
          await connection.request();
          connection.write(EMPTY);
          await connection.request();
          await new Promise<void>((resolve) => {
            release = resolve;
          });
          connection.write(EMPTY);
        }),
      );
      const first = await Exchange.send(transport, originOf(upstream.port), GET).ended();
      const second = Exchange.send(transport, originOf(upstream.port), GET);
      await waitFor('the second request', () => upstream.requests.length === 2);
      first.call.abort();
      first.call.end();
      release();
      await second.ended();
      assert.equal(upstream.connections.length, 1);
    });
  });
}
