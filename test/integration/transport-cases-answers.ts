import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { type RawScript, RawUpstream } from '../helpers/raw-upstream.js';
import { waitFor } from '../helpers/wait-for.js';
import { Exchange, GET, type MakeTransport, Opened, originOf } from './transport-exchange.js';

const OK = 'HTTP/1.1 200 OK\r\n';

/** What comes of answers of every kind, well-formed, cut and malformed. */
export function answerCases(make: MakeTransport): void {
  const opened = new Opened();
  afterEach(() => opened.close());

  async function get(script: RawScript, method = 'GET'): Promise<Exchange> {
    const transport = opened.add(make());
    const upstream = opened.add(await RawUpstream.start(script));
    const exchange = Exchange.send(transport, originOf(upstream.port), { ...GET, method });
    await exchange.settled;
    return exchange;
  }

  const sending =
    (...pieces: readonly string[]): RawScript =>
    async (connection) => {
      await connection.request();
      for (const piece of pieces) await connection.flush(piece);
    };
  const ending =
    (answer: string): RawScript =>
    async (connection) => {
      await connection.request();
      connection.end(answer);
    };

  describe('an answer', () => {
    const whole: readonly (readonly [string, string, string])[] = [
      ['of a known length', `${OK}Content-Length: 3\r\n\r\nabc`, 'abc'],
      ['in chunks', `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n`, 'abcde'],
      ['without a body', `${OK}Content-Length: 0\r\n\r\n`, ''],
      ['of status 204 with a length', 'HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n', ''],
      ['of status 304 with a length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n', ''],
      ['with bare LF in the head', 'HTTP/1.1 200 OK\nContent-Length: 3\n\nabc', 'abc'],
    ];
    for (const [what, answer, body] of whole) {
      it(`${what} ends while the connection stays open`, async () => {
        const exchange = await (await get(sending(answer))).ended();
        assert.equal(exchange.body, body);
      });
    }

    it('comes with its head as sent', async () => {
      const answer =
        'HTTP/1.1 299 Odd \xe9\r\nX-a: 1\r\nset-cookie: b\r\nSet-Cookie: \xff\r\nContent-Length: 0\r\n\r\n';
      const { head } = await get(sending(answer));
      assert.equal(head?.status, 299);
      assert.equal(head?.reason, 'Odd \xe9');
      assert.deepEqual(head?.rawHeaders, [
        ...['X-a', '1', 'set-cookie', 'b', 'Set-Cookie', '\xff', 'Content-Length', '0'],
      ]);
    });

    it('that has no length ends with the connection', async () => {
      assert.equal((await (await get(ending(`${OK}\r\nabc`))).ended()).body, 'abc');
    });

    it('of HTTP/1.0 ends with the connection', async () => {
      assert.equal((await (await get(ending('HTTP/1.0 200 OK\r\n\r\nabc'))).ended()).body, 'abc');
    });

    it('to HEAD has no body', async () => {
      const exchange = await get(sending(`${OK}Content-Length: 3\r\n\r\n`), 'HEAD');
      assert.equal((await exchange.ended()).body, '');
    });

    it('that arrives byte by byte is the same', async () => {
      const answer = `HTTP/1.1 103 Early\r\nLink: a\r\n\r\n${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nT: 1\r\n\r\n`;
      const exchange = await (await get(sending(...answer))).ended();
      assert.equal(exchange.interims.length, 1);
      assert.equal(exchange.body, 'ab');
      assert.deepEqual(exchange.rawTrailers, ['T', '1']);
    });

    it('brings its interim answers', async () => {
      const answer = `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: <a>\r\n\r\n${OK}Content-Length: 1\r\n\r\na`;
      const exchange = await (await get(sending(answer))).ended();
      assert.deepEqual(
        exchange.interims.map((head) => head.status),
        [100, 103],
      );
      assert.deepEqual(exchange.interims[1]?.rawHeaders, ['Link', '<a>']);
      assert.equal(exchange.body, 'a');
    });

    it('brings its trailers', async () => {
      const answer = `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-T: 1\r\nx-t: 2\r\n\r\n`;
      const exchange = await (await get(sending(answer))).ended();
      assert.deepEqual(exchange.rawTrailers, ['X-T', '1', 'x-t', '2']);
    });

    it('of many megabytes is whole, in either framing', async () => {
      const block = Buffer.alloc(1 << 20, 'abcdefghijklmnop');
      for (const chunked of [false, true]) {
        const exchange = await get(async (connection) => {
          await connection.request();
          connection.write(
            `${OK}${chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${block.length * 8}`}\r\n\r\n`,
          );
          for (let count = 0; count < 8; count += 1) {
            if (chunked) connection.write(`${block.length.toString(16)}\r\n`);
            await connection.flush(block);
            if (chunked) connection.write('\r\n');
          }
          if (chunked) connection.write('0\r\n\r\n');
        });
        await exchange.ended();
        const body = Buffer.concat(exchange.chunks);
        assert.equal(body.length, block.length * 8);
        for (let at = 0; at < body.length; at += block.length) {
          assert.ok(body.subarray(at, at + block.length).equals(block), 'the bytes differ');
        }
      }
    });

    for (const size of [1_000, 20_000, 200_000]) {
      it(`keeps its chunks as they were while others are read, ${size} bytes at a time`, async () => {
        const transport = opened.add(make());
        const upstream = opened.add(
          await RawUpstream.start(async (connection) => {
            const letter = (await connection.request()).target.slice(1);
            connection.write(`${OK}Content-Length: ${30 * size}\r\n\r\n`);
            for (let count = 0; count < 30; count += 1) await connection.flush(letter.repeat(size));
          }),
        );
        const letters = ['a', 'b', 'c', 'd', 'e'];
        const exchanges = letters.map((letter) =>
          Exchange.send(transport, originOf(upstream.port), { ...GET, target: `/${letter}` }),
        );
        for (const [at, exchange] of exchanges.entries()) {
          assert.ok(
            (await exchange.ended()).body === letters[at]?.repeat(30 * size),
            'the bytes were mixed up',
          );
        }
      });
    }
  });

  describe('a malformed head', () => {
    const heads: readonly (readonly [string, string])[] = [
      ['that is no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
      ['that is HTTP/0.9', '<html>hello</html>'],
      ['with a folded line', `${OK}A: b\r\n c\r\nContent-Length: 0\r\n\r\n`],
      ['with a line without a colon', `${OK}Nothing\r\nContent-Length: 0\r\n\r\n`],
      ['with NUL in a value', `${OK}A: \0\r\nContent-Length: 0\r\n\r\n`],
      ['with two lengths', `${OK}Content-Length: 0\r\nContent-Length: 0\r\n\r\n`],
      ['with a length and chunks', `${OK}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
      ['with gzip as its coding', `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
      ['with chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
      [
        'with 101 to a request that asked for none',
        'HTTP/1.1 101 S\r\nUpgrade: a\r\nConnection: Upgrade\r\n\r\n',
      ],
      ['of more than 64 KiB', `${OK}A: ${'x'.repeat(70_000)}\r\nContent-Length: 0\r\n\r\n`],
      ['of more than 1,000 fields', `${OK}${'A: b\r\n'.repeat(1_001)}\r\n`],
      ['after more than 64 interim answers', 'HTTP/1.1 100 C\r\n\r\n'.repeat(65)],
    ];
    for (const [what, answer] of heads) {
      it(`${what} is an error and closes the connection`, async () => {
        let closed = false;
        const exchange = await get(async (connection) => {
          await connection.request();
          connection.write(answer);
          await connection.peerEnd();
          closed = true;
        });
        const error = await exchange.failed();
        assert.equal(error.failure, 'malformed');
        assert.equal(error.phase, 'head');
        assert.equal(error.stale, false);
        assert.equal(error.code, 'upstream_malformed');
        await waitFor('the connection to close', () => closed);
      });
    }
  });

  describe('a body', () => {
    it('with a bad chunk is an error after what came before it', async () => {
      const answer = `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nxyz\r\n`;
      const exchange = await get(sending(answer));
      const error = await exchange.failed();
      assert.deepEqual([error.failure, error.phase, exchange.body], ['malformed', 'body', 'abc']);
    });

    const cut: readonly (readonly [string, string])[] = [
      ['of a known length', `${OK}Content-Length: 5\r\n\r\nabc`],
      ['in chunks, inside a chunk', `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nabc`],
      ['in chunks, before the last one', `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`],
    ];
    for (const [what, answer] of cut) {
      it(`${what} that is cut is an error`, async () => {
        const exchange = await get(ending(answer));
        const error = await exchange.failed();
        assert.deepEqual([error.failure, error.phase, exchange.body], ['closed', 'body', 'abc']);
      });
    }

    it('that ends with the connection is an error when the connection breaks', async () => {
      const transport = opened.add(make());
      const upstream = opened.add(await RawUpstream.start(sending(`${OK}\r\nabc`)));
      const exchange = Exchange.send(transport, originOf(upstream.port), GET);
      // A reset that comes together with data cannot be told from an end: libuv reports both as one.
      await waitFor('the body', () => exchange.body === 'abc');
      upstream.connections[0]?.reset();
      const error = await exchange.failed();
      assert.deepEqual([error.failure, error.phase], ['closed', 'body']);
    });
  });

  describe('no answer', () => {
    const rows: readonly (readonly [string, RawScript])[] = [
      ['when the upstream closes at once', (connection) => connection.end()],
      ['when the upstream breaks the connection at once', (connection) => connection.reset()],
      ['when the upstream closes after the request', ending('')],
      ['when the upstream closes inside the head', ending(`${OK}Conte`)],
      ['when the upstream closes after an interim answer', ending('HTTP/1.1 100 Continue\r\n\r\n')],
    ];
    for (const [what, script] of rows) {
      it(`${what} is an error before the body`, async () => {
        const error = await (await get(script)).failed();
        // A connection that is broken at once may be so before it is made.
        assert.match(error.failure, /^(?:closed|connect_failed)$/);
        assert.notEqual(error.phase, 'body');
        assert.equal(error.stale, false, 'a new connection is never stale');
      });
    }
  });
}
