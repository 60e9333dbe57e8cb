import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { atOnce } from '../helpers/at-once.js';
import { answer, ROUTES, request, requestWith } from '../helpers/behind-proxy.js';
import { ProxyProcess } from '../helpers/proxy-process.js';
import { RawClient } from '../helpers/raw-client.js';
import { type RawScript, RawUpstream } from '../helpers/raw-upstream.js';
import { SlowReader } from '../helpers/slow-reader.js';
import { untilStill } from '../helpers/until-still.js';
import { waitFor } from '../helpers/wait-for.js';

const CLIENTS = 200;
const UPLOADS = 50;
const KILOBYTE = 1024;
const MEGABYTE = 1024 * KILOBYTE;
const BODY = Buffer.alloc(10 * MEGABYTE, 'b');
/** What waits in the gateway for one side that does not read: 128 KiB, what was read last, and a buffer to read into. */
const STALLED = 768 * KILOBYTE;
/** A body that is read ahead is held up to here. */
const READ_AHEAD = MEGABYTE;

/** How long anything may take here, in milliseconds: much is copied, and the machine may be busy. */
const LIMIT = 60_000;
/** So many of the clients see the end of what they ask for. */
const SERVED = 10;

/** What a stage gives to its test. */
interface SlowStage {
  readonly proxy: ProxyProcess;
  readonly upstream: RawUpstream;
  /** What the process has grown by, in bytes. */
  readonly grown: () => Promise<number>;
  /** Fails unless a client that keeps up is answered, again and again. */
  readonly checkOthers: () => Promise<void>;
}

/** Runs `test` against a gateway in a process of its own; /r and /n lead to `script`, /quick to a ready upstream. */
async function onStage(script: RawScript, test: (stage: SlowStage) => Promise<void>): Promise<void> {
  const upstream = await RawUpstream.start(script);
  const quick = await RawUpstream.start(echoingRequests);
  const proxy = await ProxyProcess.start({
    services: [
      { name: 's', host: '127.0.0.1', port: upstream.port, routes: ROUTES },
      { name: 'q', host: '127.0.0.1', port: quick.port, routes: [{ name: 'q', paths: ['/quick'] }] },
    ],
  });
  try {
    const before = await proxy.memory();
    const grown = async () => (await proxy.memory()) - before;
    await test({ proxy, upstream, grown, checkOthers: () => checkOthers(proxy.port) });
  } finally {
    await proxy.close();
    await upstream.close();
    await quick.close();
  }
}

/** Answers every request with its target and its body. */
const echoingRequests: RawScript = async (connection) => {
  for (;;) {
    const { target, body } = await connection.request();
    connection.write(answer(target + body));
  }
};

async function checkOthers(port: number): Promise<void> {
  const client = await RawClient.connect(port);
  for (let turns = 0; turns < 20; turns += 1) {
    client.write(request('GET', `/quick/${turns}`));
    assert.equal((await client.answer())?.body, `/${turns}`);
  }
  client.close();
}

describe('200 clients that read 1 KiB at a time of 10 MiB', () => {
  it('hold little of it in the gateway, and hold nobody up', (t) =>
    onStage(pouringAnswers, async ({ proxy, upstream, grown, checkOthers: others }) => {
      const readers = await atOnce(CLIENTS, 50, (index) =>
        SlowReader.ask(proxy.port, request('GET', index % 2 === 0 ? '/r/length' : '/n/chunked')),
      );
      const sip = setInterval(() => {
        for (const reader of readers) reader.take(KILOBYTE);
      }, 5);
      await others();
      await waitFor(
        'every answer to have begun',
        () => readers.every(({ received }) => received > 8 * KILOBYTE),
        LIMIT,
      );
      clearInterval(sip);
      await untilStill('the upstream to stop', () => taken(upstream.connections));
      await others();
      const held = await grown();
      t.diagnostic(`the gateway has grown by ${Math.round(held / MEGABYTE)} MiB`);
      assert.ok(held < CLIENTS * STALLED, `the gateway has grown by ${Math.round(held / MEGABYTE)} MiB`);
      for (const reader of readers.slice(SERVED)) reader.close();
      await waitFor('the others to be gone', async () => (await proxy.traffic()).inFlight === SERVED, LIMIT);
      for (const reader of readers.slice(0, SERVED)) {
        await reader.rest(BODY.length);
        assert.ok(reader.received >= BODY.length, `${reader.received} bytes have come`);
        reader.close();
      }
      await waitFor('all to be gone', async () => (await proxy.traffic()).active === 0, LIMIT);
    }));
});

/** Answers as fast as it is read, framed as the path asks for. */
const pouringAnswers: RawScript = async (connection) => {
  const { target } = await connection.request();
  const length = target.endsWith('length');
  const framing = length ? `Content-Length: ${BODY.length}` : 'Transfer-Encoding: chunked';
  connection.write(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n`);
  if (!length) connection.write(`${BODY.length.toString(16)}\r\n`);
  connection.write(BODY);
  if (!length) connection.write('\r\n0\r\n\r\n');
};

/** How many bytes the kernel has taken of what sockets have to send. */
function taken(ends: readonly { readonly socket: Socket }[]): number {
  return ends.reduce((total, { socket }) => total + socket.bytesWritten - socket.writableLength, 0);
}

describe('200 clients that send little by little', () => {
  it('hold nobody up, and are answered', () =>
    onStage(echoingRequests, async ({ proxy, grown, checkOthers: others }) => {
      const clients = await atOnce(CLIENTS, 50, () => RawClient.connect(proxy.port));
      const texts = clients.map((_, index) => requestOfKind(index));
      const longest = Math.max(...texts.map(({ length }) => length));
      for (let at = 0; at < longest; at += 1) {
        for (const [index, client] of clients.entries()) {
          const byte = texts[index]?.[at];
          if (byte !== undefined) client.write(byte);
        }
        if (at % 50 === 0) await others();
        else await turn();
      }
      for (const [index, client] of clients.entries()) {
        assert.equal((await client.answer())?.body, index % 4 < 2 ? `/${index}` : `/${index}abcdef`);
        client.close();
      }
      const held = await grown();
      assert.ok(held < CLIENTS * STALLED, `the gateway has grown by ${Math.round(held / MEGABYTE)} MiB`);
    }));
});

/** A request with or without a body, in one of the four ways there are. */
function requestOfKind(index: number): string {
  const path = `${index % 2 === 0 ? '/r' : '/n'}/${index}`;
  if (index % 4 < 2) return request('GET', path);
  return index % 8 < 4
    ? requestWith('POST', path, 'abcdef')
    : `${request('POST', path, 'Transfer-Encoding: chunked')}3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n`;
}

describe('50 requests of 10 MiB to an upstream that does not read', () => {
  it('hold little in the gateway, hold nobody up, and are answered once it reads or breaks', (t) =>
    onStage(takingLate, async ({ proxy, upstream, grown, checkOthers: others }) => {
      const clients = await atOnce(UPLOADS, 50, async (index) => {
        const client = await RawClient.connect(proxy.port);
        client.write(request('POST', index % 2 === 0 ? '/r' : '/n', `Content-Length: ${BODY.length}`));
        client.write(BODY);
        return client;
      });
      await others();
      await untilStill('the clients to stop', () => taken(clients));
      await others();
      const held = await grown();
      t.diagnostic(`the gateway has grown by ${Math.round(held / MEGABYTE)} MiB`);
      assert.ok(
        held < UPLOADS * STALLED + (UPLOADS / 2) * READ_AHEAD,
        `the gateway has grown by ${Math.round(held / MEGABYTE)} MiB`,
      );
      for (const [index, { socket }] of upstream.connections.entries()) {
        if (index < SERVED) socket.resume();
        else socket.destroy();
      }
      const statuses = await atOnce(UPLOADS, UPLOADS, async (index) => {
        const given = await clients[index]?.answer();
        clients[index]?.close();
        return given?.status;
      });
      assert.deepEqual(
        [200, 502].map((wanted) => statuses.filter((status) => status === wanted).length),
        [SERVED, UPLOADS - SERVED],
      );
      await waitFor('all to be gone', async () => (await proxy.traffic()).active === 0, LIMIT);
    }));
});

/** Reads nothing before it is told to, and answers when it has read all. */
const takingLate: RawScript = ({ socket }) => {
  socket.removeAllListeners('data').pause();
  let received = 0;
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received < BODY.length) return;
    received = Number.NEGATIVE_INFINITY;
    socket.write(answer('taken'));
  });
  socket.pause();
};
