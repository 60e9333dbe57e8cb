import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { ROUTES, request } from '../helpers/behind-proxy.js';
import { ProxyProcess } from '../helpers/proxy-process.js';
import { type RawScript, RawUpstream } from '../helpers/raw-upstream.js';
import { untilStill } from '../helpers/until-still.js';
import { waitFor } from '../helpers/wait-for.js';

const MEGABYTE = 1024 * 1024;
const BODY = 128 * MEGABYTE;
/** What a process may grow by while nobody reads: a little more than the buffers of two sockets. */
const HELD = 16 * MEGABYTE;
/** What it may have grown by at the end, with what is not collected yet. */
const PASSED = 64 * MEGABYTE;
/** What the kernel's buffers may hold between two ends that do not read, at the most. */
const IN_KERNEL = 32 * MEGABYTE;

/** Runs `test` against a gateway in a process of its own, and holds that to its memory. */
async function onStage(
  script: RawScript,
  test: (port: number, upstream: RawUpstream, checkMemory: (limit: number) => Promise<void>) => Promise<void>,
): Promise<void> {
  const upstream = await RawUpstream.start(script);
  const service = { name: 's', host: '127.0.0.1', port: upstream.port, routes: ROUTES };
  const proxy = await ProxyProcess.start({ services: [service] });
  try {
    const before = await proxy.memory();
    await test(proxy.port, upstream, async (limit) => {
      const grown = (await proxy.memory()) - before;
      assert.ok(grown < limit, `the gateway has grown by ${Math.round(grown / MEGABYTE)} MiB`);
    });
  } finally {
    await proxy.close();
    await upstream.close();
  }
}

/** Writes `length` bytes as fast as they are taken. Returns how many have been. */
function pour(socket: Socket, length: number): () => number {
  const piece = Buffer.alloc(MEGABYTE, 'b');
  let left = length;
  const more = (): void => {
    while (left > 0 && !socket.destroyed) {
      left -= piece.length;
      if (!socket.write(piece)) break;
    }
  };
  socket.on('drain', more);
  more();
  return () => length - left;
}

describe('big bodies', { concurrency: 1 }, () => {
  for (const [what, head] of [
    ['with a length', `HTTP/1.1 200 OK\r\nContent-Length: ${BODY}\r\n\r\n`],
    ['up to the end of the connection', 'HTTP/1.1 200 OK\r\n\r\n'],
  ] as const) {
    it(`an answer of 128 MiB ${what} waits for the client that reads it`, () => {
      let sent = () => 0;
      const script: RawScript = async (connection) => {
        await connection.request();
        connection.write(head);
        sent = pour(connection.socket, BODY);
        await waitFor('the whole body to be taken', () => sent() === BODY, 60_000);
        connection.end();
      };
      return onStage(script, async (port, _upstream, checkMemory) => {
        const client = connect({ port, host: '127.0.0.1' });
        client.write(request('GET', '/r', 'Connection: close'));
        client.pause();
        await untilStill('the upstream to stop', () => sent());
        assert.ok(sent() < IN_KERNEL, 'the upstream was not held back');
        await checkMemory(HELD);
        let received = 0;
        client.on('data', (chunk: Buffer) => {
          received += chunk.length;
        });
        const ended = once(client, 'end');
        client.resume();
        await ended;
        assert.ok(received > BODY);
        await checkMemory(PASSED);
        client.destroy();
      });
    });
  }

  for (const path of ['/r', '/n']) {
    for (const framing of ['length', 'chunked'] as const) {
      it(`a request of 128 MiB to ${path}, ${framing}, waits for the upstream that reads it`, () => {
        let received = 0;
        let answered = false;
        const script: RawScript = ({ socket }) => {
          socket.removeAllListeners('data');
          socket.pause();
          socket.on('data', (chunk: Buffer) => {
            received += chunk.length;
            if (received >= BODY && !answered) {
              answered = true;
              socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
            }
          });
          socket.pause();
        };
        return onStage(script, async (port, upstream, checkMemory) => {
          const client = connect({ port, host: '127.0.0.1' });
          const answer: Buffer[] = [];
          client.on('data', (chunk: Buffer) => answer.push(chunk));
          const sent = send(client, path, framing);
          await untilStill('the client to stop', sent);
          assert.ok(sent() < IN_KERNEL, 'the client was not held back');
          await checkMemory(HELD);
          upstream.connections[0]?.socket.resume();
          await waitFor('the answer', () => Buffer.concat(answer).includes('ok'), 30_000);
          await checkMemory(PASSED);
          client.destroy();
        });
      });
    }
  }
});

function send(client: Socket, path: string, framing: 'length' | 'chunked'): () => number {
  if (framing === 'length') {
    client.write(request('POST', path, `Content-Length: ${BODY}`));
    return pour(client, BODY);
  }
  client.write(`${request('POST', path, 'Transfer-Encoding: chunked')}${BODY.toString(16)}\r\n`);
  const sent = pour(client, BODY);
  const finish = setInterval(() => {
    if (sent() < BODY && !client.destroyed) return;
    clearInterval(finish);
    client.write('\r\n0\r\n\r\n');
  }, 20);
  return sent;
}
