import assert from 'node:assert/strict';
import { constants } from 'node:http2';
import { after, afterEach, before, describe, it } from 'node:test';
import { Http2Caller } from '../helpers/http2-caller.js';
import {
  ACK,
  END_HEADERS,
  END_STREAM,
  FRAME,
  FrameClient,
  fieldBlock,
  frame,
  GET_BLOCK,
  number32,
} from '../helpers/http2-frames.js';
import { RunningProxy } from '../helpers/proxy.js';
import { RawUpstream } from '../helpers/raw-upstream.js';
import { waitFor } from '../helpers/wait-for.js';

const POST_BLOCK = fieldBlock([
  [':method', 'POST'],
  [':scheme', 'http'],
  [':authority', 'gw.test'],
  [':path', '/slow'],
]);
const MANY = Array.from({ length: 1_100 }, () => ['a', 'b'] as const);
const LARGE = Array.from({ length: 400 }, (_, at) => [`x${at}`, 'y'.repeat(100)] as const);
const BIG = 'x'.repeat(4 << 20);

/** The frames of a GET with these fields. */
function headFrames(
  stream: number,
  fields: readonly (readonly [name: string, value: string])[],
): readonly Buffer[] {
  const block = Buffer.concat([GET_BLOCK, fieldBlock(fields)]);
  const parts: Buffer[] = [];
  for (let at = 0; at < block.length; at += 16_000) {
    const flags = (at + 16_000 >= block.length ? END_HEADERS : 0) | (at === 0 ? END_STREAM : 0);
    const type = at === 0 ? FRAME.headers : FRAME.continuation;
    parts.push(frame(type, flags, stream, block.subarray(at, at + 16_000)));
  }
  return parts;
}

describe('HTTP/2 clients that ask for too much', () => {
  let upstream: RawUpstream;
  /** The one waits for clients as long as it does by default, the other hardly. */
  let proxy: RunningProxy;
  let impatient: RunningProxy;
  let port: number;
  let impatientPort: number;
  let honest: Http2Caller;
  const clients: FrameClient[] = [];

  before(async () => {
    upstream = await RawUpstream.start(async (connection) => {
      for (;;) {
        const { target } = await connection.request();
        if (target === '/big')
          connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${BIG.length}\r\n\r\n${BIG}`);
        else if (target !== '/slow') connection.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      }
    });
    const service = {
      name: 'a',
      host: '127.0.0.1',
      port: upstream.port,
      routes: [{ name: 'r', paths: ['/'] }],
    };
    const timeouts = { head: 300, body: 300, send: 300, keepAlive: 60_000, linger: 100 };
    proxy = await RunningProxy.start({ services: [service] });
    impatient = await RunningProxy.start({ services: [service] }, {}, undefined, { timeouts });
    port = await proxy.listenHttp2();
    impatientPort = await impatient.listenHttp2();
    honest = await Http2Caller.connect(port);
    await honest.call({ ':path': '/' });
  });

  /** Whatever one client does, the others are served. */
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    assert.equal((await honest.call({ ':path': '/' })).body.toString(), 'ok');
    await waitFor(
      'the client to be forgotten',
      () => proxy.traffic.active === 1 && impatient.traffic.active === 0,
    );
    assert.deepEqual([proxy.traffic.inFlight, impatient.traffic.inFlight], [0, 0]);
  });

  after(async () => {
    honest.close();
    await proxy.close();
    await impatient.close();
    await upstream.close();
  });

  async function connect(to = port): Promise<FrameClient> {
    const client = await FrameClient.connect(to);
    clients.push(client);
    return client;
  }

  it('that take their requests back as fast as they make them are sent away (CVE-2023-44487)', async () => {
    const client = await connect();
    const before = proxy.traffic.requests;
    for (let stream = 1; stream < 4_000 && !client.ended; stream += 2) {
      client.write(
        frame(FRAME.headers, END_HEADERS | END_STREAM, stream, GET_BLOCK),
        frame(FRAME.reset, 0, stream, number32(constants.NGHTTP2_CANCEL)),
      );
    }
    await waitFor('the end', () => client.ended);
    // What a client that goes on writing has not read yet may be lost to it.
    for (const code of client.goaways) assert.equal(code, constants.NGHTTP2_ENHANCE_YOUR_CALM);
    assert.ok(proxy.traffic.requests - before < 1_000, `${proxy.traffic.requests - before} requests`);
  });

  it('that make the gateway reset their streams are sent away as well', async () => {
    const client = await connect();
    for (let stream = 1; stream < 4_000 && !client.ended; stream += 2) {
      client.write(
        frame(FRAME.headers, END_HEADERS, stream, POST_BLOCK),
        // A window update of nothing is an error of the stream (RFC 9113, 6.9).
        frame(FRAME.windowUpdate, 0, stream, number32(0)),
      );
    }
    await waitFor('the end', () => client.ended);
  });

  it('that never end a head are cut off', async () => {
    const client = await connect();
    client.write(frame(FRAME.headers, 0, 1, GET_BLOCK));
    const more = frame(FRAME.continuation, 0, 1, fieldBlock([['x', 'y'.repeat(120)]]));
    for (let count = 0; count < 20_000 && !client.ended; count += 1) client.write(more);
    await waitFor('the end', () => client.ended);
  });

  it('that begin a head and say no more are cut off', async () => {
    const client = await connect(impatientPort);
    client.write(frame(FRAME.headers, 0, 1, GET_BLOCK));
    await waitFor('the end', () => client.ended);
  });

  it('that connect and ask for nothing are cut off', async () => {
    const client = await connect(impatientPort);
    await waitFor('the end', () => client.ended);
  });

  it('with too many fields or too large a head lose that request only', async () => {
    const client = await connect();
    await client.until('SETTINGS', ({ type }) => type === FRAME.settings);
    client.write(frame(FRAME.settings, ACK, 0));
    client.write(...headFrames(1, MANY), ...headFrames(3, LARGE));
    for (const stream of [1, 3])
      assert.equal(await client.reset(stream), constants.NGHTTP2_ENHANCE_YOUR_CALM);
    client.write(frame(FRAME.headers, END_HEADERS | END_STREAM, 5, GET_BLOCK));
    await client.until('an answer', ({ type, stream }) => type === FRAME.headers && stream === 5);
  });

  it('with too large a head get 400 as long as they have not heard of the limit', async () => {
    const client = await connect();
    client.write(...headFrames(1, LARGE));
    await client.until('an answer', ({ type, stream }) => type === FRAME.headers && stream === 1);
    assert.equal(proxy.accessed.at(-1)?.['status'], 400);
  });

  it('with more than 128 streams at a time are refused those above', async () => {
    const client = await connect();
    for (let stream = 1; stream <= 259; stream += 2)
      client.write(frame(FRAME.headers, END_HEADERS, stream, POST_BLOCK));
    for (const stream of [257, 259])
      assert.equal(await client.reset(stream), constants.NGHTTP2_REFUSED_STREAM);
  });

  it('with more than 128 streams at a time are sent away once they have heard of the limit', async () => {
    const client = await connect();
    await client.until('SETTINGS', ({ type }) => type === FRAME.settings);
    client.write(frame(FRAME.settings, ACK, 0));
    for (let stream = 1; stream <= 259; stream += 2)
      client.write(frame(FRAME.headers, END_HEADERS, stream, POST_BLOCK));
    await waitFor('the end', () => client.ended);
  });

  it('with PINGs that they do not read the answers to are cut off', async () => {
    const client = await connect();
    client.socket.pause();
    const pings = Buffer.concat(
      Array.from({ length: 2_000 }, () => frame(FRAME.ping, 0, 0, Buffer.alloc(8))),
    );
    await flood(client, pings);
  });

  it('with SETTINGS that they do not read the answers to are cut off', async () => {
    const client = await connect();
    client.socket.pause();
    await flood(client, Buffer.concat(Array.from({ length: 2_000 }, () => frame(FRAME.settings, 0, 0))));
  });

  it('with empty DATA frames without end are cut off', async () => {
    const client = await connect();
    client.write(frame(FRAME.headers, END_HEADERS, 1, POST_BLOCK));
    await flood(client, Buffer.concat(Array.from({ length: 500 }, () => frame(FRAME.data, 0, 1))));
  });

  it('that do not take their answer lose it', async () => {
    const client = await connect(impatientPort);
    const block = fieldBlock([
      [':method', 'GET'],
      [':scheme', 'http'],
      [':authority', 'gw.test'],
      [':path', '/big'],
    ]);
    // Without WINDOW_UPDATE no more than 65,535 bytes may come.
    client.write(frame(FRAME.headers, END_HEADERS | END_STREAM, 1, block));
    assert.equal(await client.reset(1), constants.NGHTTP2_CANCEL);
  });

  it('that do not send the body they announced get 408', async () => {
    const client = await connect(impatientPort);
    client.write(frame(FRAME.headers, END_HEADERS, 1, POST_BLOCK));
    const answer = await client.until(
      'an answer',
      ({ type, stream }) => type === FRAME.headers && stream === 1,
    );
    assert.ok(answer.payload.length > 0);
    assert.equal(impatient.accessed.at(-1)?.['status'], 408);
  });

  it('that break the framing are told so, and cut off', async () => {
    const client = await connect();
    client.write(frame(FRAME.headers, END_HEADERS | END_STREAM, 2, GET_BLOCK));
    assert.notEqual(await client.goaway(), constants.NGHTTP2_NO_ERROR);
    await waitFor('the end', () => client.ended);
  });

  /** Writes until the gateway hangs up. */
  async function flood(client: FrameClient, bytes: Buffer): Promise<void> {
    let flowing = true;
    client.socket.on('drain', () => {
      flowing = true;
    });
    await waitFor('the end', () => {
      if (flowing && !client.ended) flowing = client.socket.write(bytes);
      // A paused socket does not tell that it was reset unless it writes.
      return client.ended || client.socket.destroyed;
    });
  }
});
