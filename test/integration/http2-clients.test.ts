import assert from 'node:assert/strict';
import { constants } from 'node:http2';
import { after, afterEach, before, describe, it } from 'node:test';
import { Http2Caller, headerOf } from '../helpers/http2-caller.js';
import {
  END_HEADERS,
  END_STREAM,
  FRAME,
  FrameClient,
  fieldBlock,
  frame,
  number32,
} from '../helpers/http2-frames.js';
import { RunningProxy } from '../helpers/proxy.js';
import { exchange, RawClient } from '../helpers/raw-client.js';
import { type RawConnection, RawUpstream } from '../helpers/raw-upstream.js';
import { waitFor } from '../helpers/wait-for.js';

const OK = 'HTTP/1.1 200 OK\r\n';

/** What the upstream does, by the path. */
const SCRIPTS: Readonly<Record<string, (connection: RawConnection) => void | Promise<void>>> = {
  '/trailers': (connection) =>
    connection.write(`${OK}Trailer: x-t\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nX-T: 1\r\n\r\n`),
  '/early': (connection) =>
    connection.write(
      `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: x\r\nX: y\r\n\r\n${OK}Content-Length: 0\r\n\r\n`,
    ),
  '/cut': async (connection) => {
    await connection.flush(`${OK}Content-Length: 10\r\n\r\nabc`);
    connection.end();
  },
  '/cut-chunks': async (connection) => {
    await connection.flush(`${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`);
    connection.end();
  },
  '/hops': (connection) =>
    connection.write(
      `${OK}Connection: keep-alive, x-hop\r\nKeep-Alive: timeout=5\r\nX-Hop: 1\r\nProxy-Connection: close\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nEtag: "a"\r\nEtag: "b"\r\nContent-Length: 0\r\n\r\n`,
    ),
  '/odd': (connection) => connection.write('HTTP/1.1 799 Odd\r\nContent-Length: 2\r\n\r\nab'),
  '/nothing': (connection) => connection.write('HTTP/1.1 204 No Content\r\n\r\n'),
  '/wait': () => {},
  '/slow-body': (connection) => connection.write(`${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n`),
};

/** How a client can leave inside a body. */
const CUTS: readonly (readonly [string, (client: FrameClient) => void])[] = [
  ['CANCEL', (client) => client.write(frame(FRAME.reset, 0, 1, number32(constants.NGHTTP2_CANCEL)))],
  ['NO_ERROR', (client) => client.write(frame(FRAME.reset, 0, 1, number32(constants.NGHTTP2_NO_ERROR)))],
  ['FIN', (client) => client.socket.end()],
  ['RST', (client) => client.socket.resetAndDestroy()],
];

describe('HTTP/2 clients', () => {
  let upstream: RawUpstream;
  let proxy: RunningProxy;
  let port: number;
  let caller: Http2Caller;
  const opened: { close(): void }[] = [];

  before(async () => {
    upstream = await RawUpstream.start(async (connection) => {
      for (;;) {
        const { target, body, trailers } = await connection.request();
        const script = SCRIPTS[target.split('?')[0] ?? ''];
        if (script !== undefined) await script(connection);
        else
          connection.write(
            `${OK}Content-Length: ${body.length}\r\nX-Trailers: ${trailers.trim()}\r\n\r\n${body}`,
          );
      }
    });
    proxy = await RunningProxy.start({
      services: [
        {
          name: 'a',
          host: '127.0.0.1',
          port: upstream.port,
          routes: [
            { name: 'r', paths: ['/'] },
            { name: 'streaming', hosts: ['streaming.test'], request_buffering: false },
            { name: 'tls', hosts: ['tls.test'], protocols: ['https'] },
          ],
        },
      ],
    });
    port = await proxy.listenHttp2();
    caller = await Http2Caller.connect(port);
  });

  afterEach(() => {
    for (const client of opened.splice(0)) client.close();
  });

  after(async () => {
    caller.close();
    await proxy.close();
    await upstream.close();
  });

  function lastHead(): string {
    return upstream.connections.flatMap(({ requests }) => requests).at(-1)?.head ?? '';
  }

  async function frames(): Promise<FrameClient> {
    const client = await FrameClient.connect(port);
    opened.push(client);
    return client;
  }

  describe('beside HTTP/1.1, without TLS', () => {
    it('are known by their first bytes, those of HTTP/1.1 as well', async () => {
      const [answer] = await exchange(port, ['POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc'], {
        answers: 1,
      });
      assert.equal(answer?.body, 'abc');
      assert.equal((await caller.call({ ':path': '/x' })).status, 200);
    });

    it('may send their first bytes one by one', async () => {
      const client = await RawClient.connect(port);
      opened.push(client);
      for (const byte of 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n') {
        client.write(byte);
        await new Promise((resolve) => setImmediate(resolve));
      }
      client.write(frame(FRAME.settings, 0, 0));
      await waitFor('SETTINGS', () => client.received.length >= 9);
      assert.equal(client.received.charCodeAt(3), FRAME.settings);
    });

    it('are not taken for such by a method that begins alike', async () => {
      const client = await RawClient.connect(port);
      opened.push(client);
      client.write('PRI');
      await new Promise((resolve) => setImmediate(resolve));
      client.write('NT /x HTTP/1.1\r\nHost: a\r\n\r\n');
      assert.equal((await client.answer('PRINT'))?.status, 200);
    });

    it('that ask for h2c by an upgrade are served with HTTP/1.1', async () => {
      const [answer] = await exchange(
        port,
        [
          'GET /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n',
        ],
        { answers: 1 },
      );
      assert.equal(answer?.status, 200);
    });
  });

  describe('have their requests forwarded', () => {
    it('with :authority as the Host, cookies joined, and version 2 in Via', async () => {
      await caller.call({
        ':path': '/x?y',
        ':authority': 'a.test:1',
        cookie: ['a=1', 'b=2'],
        'x-a': ['1', '2'],
      });
      const head = lastHead();
      assert.match(head, /^GET \/x\?y HTTP\/1\.1\r\n/);
      assert.match(head, /X-Forwarded-Host: a\.test\r\n/);
      assert.match(head, /cookie: a=1; b=2\r\n/);
      assert.match(head, /x-a: 1\r\nx-a: 2\r\n/);
      assert.match(head, /Via: 2 dbless-gateway/);
    });

    it('with a length for a body that has none, trailers as chunks', async () => {
      const post = { ':method': 'POST', ':path': '/x' };
      assert.equal((await caller.call(post, 'hello')).body.toString(), 'hello');
      assert.match(lastHead(), /Content-Length: 5\r\n/);
      const answer = await caller.call(post, 'hello', { 'x-t': '1' });
      assert.equal(headerOf(answer, 'x-trailers'), 'x-t: 1');
      assert.match(lastHead(), /Transfer-Encoding: chunked\r\n/);
    });

    for (const host of ['a.test', 'streaming.test']) {
      it(`with bodies of many megabytes (${host})`, async () => {
        const body = Buffer.alloc(5 << 20, 'abcdefg');
        const answer = await caller.call({ ':method': 'PUT', ':path': '/x', ':authority': host }, body);
        assert.ok(answer.body.equals(body));
      });
    }

    it('many at a time over one connection', async () => {
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, at) =>
          caller.call({ ':method': 'POST', ':path': '/x' }, `body ${at}`),
        ),
      );
      assert.deepEqual(
        answers.map(({ body }) => body.toString()),
        Array.from({ length: 100 }, (_, at) => `body ${at}`),
      );
    });

    it('after a 100 where they wait for it', async () => {
      const answer = await caller.call({ ':method': 'POST', ':path': '/x', expect: '100-continue' }, 'abc');
      assert.deepEqual(
        answer.interims.map((head) => head[':status']),
        [100],
      );
      assert.equal(answer.body.toString(), 'abc');
    });
  });

  describe('get answers', () => {
    it('without the lines that speak of one connection, the others as they came', async () => {
      const answer = await caller.call({ ':path': '/hops' });
      const names = answer.headers.map(([name]) => name);
      for (const name of ['connection', 'keep-alive', 'x-hop', 'proxy-connection'])
        assert.ok(!names.includes(name), name);
      assert.deepEqual(
        answer.headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value),
        ['a=1', 'b=2'],
      );
      assert.equal(headerOf(answer, 'etag'), '"a", "b"');
    });

    it('with trailers', async () => {
      const answer = await caller.call({ ':path': '/trailers' });
      assert.equal(answer.body.toString(), 'ab');
      assert.equal(answer.trailers?.['x-t'], '1');
    });

    it('with interim answers before them', async () => {
      const answer = await caller.call({ ':path': '/early' });
      assert.deepEqual(
        answer.interims.map((head) => [head[':status'], head['link'], head['connection'], head['x']]),
        [[103, '</a>', undefined, undefined]],
      );
      assert.equal(answer.status, 200);
    });

    it('to HEAD and of 204 that end with their head', async () => {
      for (const headers of [{ ':path': '/x', ':method': 'HEAD' }, { ':path': '/nothing' }]) {
        const answer = await caller.call(headers);
        assert.deepEqual([answer.headersEndStream, answer.body.length, answer.reset], [true, 0, 0]);
      }
    });

    for (const path of ['/cut', '/cut-chunks']) {
      it(`that are cut (${path}) as a stream that is reset behind what came`, async () => {
        const answer = await caller.call({ ':path': path });
        assert.deepEqual([answer.body.toString(), answer.reset], ['abc', constants.NGHTTP2_INTERNAL_ERROR]);
      });
    }

    it('of a status that HTTP/2 cannot carry as a 500', async () => {
      const answer = await caller.call({ ':path': '/odd' });
      assert.deepEqual([answer.status, answer.body.toString()], [500, 'ab']);
    });

    it('at once, before the end of a body that streams, and the rest is not waited for', async () => {
      const client = await frames();
      const block = fieldBlock([
        [':method', 'POST'],
        [':scheme', 'http'],
        [':authority', 'tls.test'],
        [':path', '/x'],
      ]);
      client.write(frame(FRAME.headers, END_HEADERS, 1, block), frame(FRAME.data, 0, 1, Buffer.from('a')));
      await client.until(
        'the answer',
        ({ type, stream, flags }) => stream === 1 && type === FRAME.data && (flags & END_STREAM) !== 0,
      );
      assert.equal(await client.reset(1), constants.NGHTTP2_NO_ERROR);
    });

    it('of the gateway itself: 426 without an Upgrade', async () => {
      const answer = await caller.call({ ':path': '/x', ':authority': 'tls.test' });
      assert.equal(answer.status, 426);
      assert.equal(headerOf(answer, 'upgrade'), undefined);
    });
  });

  describe('get 400', () => {
    const rows: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
      ['for a host that is not the authority', { ':path': '/x', ':authority': 'a.test', host: 'b.test' }],
      ['for CONNECT', { ':method': 'CONNECT', ':authority': 'a.test:443' }],
      ['for a method in lower case', { ':path': '/x', ':method': 'get' }],
      ['for an asterisk', { ':path': '*', ':method': 'OPTIONS' }],
      ['for a path above the root', { ':path': '/../x' }],
      ['for 8-bit bytes in a path', { ':path': '/\xe9' }],
    ];
    for (const [what, headers] of rows) {
      it(what, async () => {
        const answer = await caller.call(headers);
        assert.equal(answer.status, 400);
        assert.match(headerOf(answer, 'content-type') ?? '', /^text\/plain/);
        assert.equal((await caller.call({ ':path': '/x' })).status, 200);
      });
    }

    it('not for a host line that says the same, nor for lines of 9,000 bytes', async () => {
      const same = await caller.call({ ':path': '/x', ':authority': 'a.test', host: 'a.test' });
      assert.equal(same.status, 200);
      const long = 'a'.repeat(9_000);
      assert.equal((await caller.call({ ':path': `/${long}`, 'x-long': long })).status, 200);
    });
  });

  for (const [what, leave] of CUTS) {
    for (const host of ['a.test', 'streaming.test']) {
      it(`that cut a body (${what}) have no whole one sent on (${host})`, async () => {
        const client = await frames();
        const path = `/cut-by-client?${host}${what}`;
        const block = fieldBlock([
          [':method', 'POST'],
          [':scheme', 'http'],
          [':authority', host],
          [':path', path],
        ]);
        client.write(
          frame(FRAME.headers, END_HEADERS, 1, block),
          frame(FRAME.data, 0, 1, Buffer.from('abc')),
        );
        const sent = () => upstream.connections.some(({ received }) => received.includes(path));
        await waitFor('the request to be under way', () =>
          host === 'a.test' ? proxy.traffic.inFlight === 1 : sent(),
        );
        leave(client);
        await waitFor('the record', () => proxy.accessed.at(-1)?.['status'] === 499);
        assert.equal(upstream.requests.filter(({ target }) => target === path).length, 0);
      });
    }
  }

  it('that give a request up end it upstream, and nothing else', async () => {
    const stream = caller.session.request({ ':path': '/slow-body' });
    await new Promise((resolve) => stream.once('data', resolve));
    const connection = upstream.connections.find(({ requests }) => requests.at(-1)?.target === '/slow-body');
    stream.close(constants.NGHTTP2_CANCEL);
    await waitFor('the upstream to be left', () => connection?.ended);
    assert.equal((await caller.call({ ':path': '/x' })).status, 200);
    await waitFor('the record', () => proxy.accessed.at(-2)?.['status'] === 200);
  });

  it('that give a request up before its answer are logged with 499', async () => {
    const stream = caller.session.request({ ':path': '/wait?given-up' });
    stream.on('error', () => {});
    await waitFor('the request', () => upstream.requests.some(({ target }) => target === '/wait?given-up'));
    stream.close(constants.NGHTTP2_CANCEL);
    await waitFor('the record', () => proxy.accessed.at(-1)?.['status'] === 499);
    assert.equal(proxy.traffic.inFlight, 0);
  });

  it('that do not take a body slow its upstream down, and nobody else', async () => {
    const total = 32 << 20;
    let written = 0;
    const source = await RawUpstream.start(async (connection) => {
      await connection.request();
      connection.write(`${OK}Content-Length: ${total}\r\n\r\n`);
      for (; written < total; written += 1 << 20) await connection.flush(Buffer.alloc(1 << 20));
    });
    const service = {
      name: 'big',
      host: '127.0.0.1',
      port: source.port,
      routes: [{ name: 'r', paths: ['/'] }],
    };
    const other = await RunningProxy.start({ services: [service] });
    const client = await Http2Caller.connect(await other.listenHttp2());
    const stream = client.session.request({ ':path': '/' });
    await new Promise((resolve) => stream.once('response', resolve));
    let before = -1;
    await waitFor('the upstream to stand still', async () => {
      const still = written === before;
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return still;
    });
    assert.ok(written < total / 2, `${written} bytes`);
    let received = 0;
    stream.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    await new Promise((resolve) => stream.once('close', resolve));
    assert.equal(received, total);
    client.close();
    await other.close();
    await source.close();
  });
});

describe('HTTP/2 connections', () => {
  it('are drained: told to send no more, their requests end, then they close', async () => {
    let release = (): void => {};
    const upstream = await RawUpstream.start(async (connection) => {
      await connection.request();
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      connection.write(`${OK}Content-Length: 4\r\n\r\ndone`);
    });
    const service = {
      name: 'a',
      host: '127.0.0.1',
      port: upstream.port,
      routes: [{ name: 'r', paths: ['/'] }],
    };
    const proxy = await RunningProxy.start({ services: [service] });
    const port = await proxy.listenHttp2();
    const busy = await Http2Caller.connect(port);
    const idle = await Http2Caller.connect(port);
    const answer = busy.call({ ':path': '/' });
    await waitFor('the request', () => upstream.requests.length === 1);
    const closing = proxy.close(60_000);
    await waitFor('both to be told', () => busy.goaways.length > 0 && idle.goaways.length > 0);
    assert.deepEqual(
      [busy.goaways[0], idle.goaways[0]],
      [constants.NGHTTP2_NO_ERROR, constants.NGHTTP2_NO_ERROR],
    );
    release();
    assert.equal((await answer).body.toString(), 'done');
    await closing;
    assert.equal(proxy.traffic.active, 0);
    await upstream.close();
  });

  it('that wait too long for a request are closed', async () => {
    const timeouts = { head: 60_000, body: 60_000, send: 60_000, keepAlive: 100, linger: 100 };
    const proxy = await RunningProxy.start({}, undefined, undefined, { timeouts });
    const client = await Http2Caller.connect(await proxy.listenHttp2());
    assert.equal((await client.call({ ':path': '/' })).status, 404);
    await waitFor('the end', () => client.session.destroyed && proxy.traffic.active === 0);
    assert.equal(client.goaways[0], constants.NGHTTP2_NO_ERROR);
    await proxy.close();
  });

  it('that are left before it is known what they speak are forgotten', async () => {
    const proxy = await RunningProxy.start();
    const port = await proxy.listenHttp2();
    for (const leave of ['end', 'reset'] as const) {
      const client = await RawClient.connect(port);
      client.write('PRI * HT');
      await waitFor('the connection', () => proxy.traffic.active === 1);
      client[leave]();
      await waitFor('its end', () => proxy.traffic.active === 0);
      client.close();
    }
    await proxy.close();
  });

  it('that do not show in time what they speak are closed', async () => {
    const timeouts = { head: 100, body: 60_000, send: 60_000, keepAlive: 60_000, linger: 100 };
    const proxy = await RunningProxy.start({}, undefined, undefined, { timeouts });
    const client = await RawClient.connect(await proxy.listenHttp2());
    client.write('PRI * HT');
    await waitFor('the end', () => client.ended !== undefined && proxy.traffic.active === 0);
    client.close();
    await proxy.close();
  });
});
