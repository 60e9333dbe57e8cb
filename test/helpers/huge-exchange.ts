import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { RawScript } from './raw-upstream.js';

/** A prime, so that no buffer or chunk on the way is a multiple of it, and a piece out of place shows. */
const PERIOD = 1_048_573;

/** Two periods of bytes that look random, so that a piece of up to one period can be cut out at any offset. */
const PATTERN = pattern();

function pattern(): Buffer {
  const bytes = Buffer.alloc(2 * PERIOD);
  let state = 1;
  for (let at = 0; at < PERIOD; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 16;
  }
  bytes.copy(bytes, PERIOD, 0, PERIOD);
  return bytes;
}

/** Sends the body of each connection's one request back as it comes, framed as it came. */
export const echoingBodies: RawScript = async ({ socket }) => {
  socket.removeAllListeners('data');
  const [first] = (await once(socket, 'data')) as [Buffer];
  socket.pause();
  const end = first.indexOf('\r\n\r\n') + 4;
  const framing = /^(?:content-length|transfer-encoding): .*$/im.exec(first.toString('latin1', 0, end))?.[0];
  socket.write(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n`);
  socket.write(first.subarray(end));
  socket.pipe(socket);
};

/** How the body of a request is framed. */
export type BodyFraming = 'length' | 'chunked';

/**
 * Posts `length` bytes, reads the answer at the same time, and returns how many bytes of it were those that were
 * sent, in their order.
 */
export async function postAndCompare(
  port: number,
  path: string,
  framing: BodyFraming,
  length: number,
): Promise<number> {
  const headers = framing === 'length' ? { 'Content-Length': length } : {};
  const posting = request({ host: '127.0.0.1', port, path, method: 'POST', headers, agent: false });
  const answered = once(posting, 'response');
  const poured = pour(posting, length);
  const [answer] = (await answered) as [IncomingMessage];
  const right = await countRight(answer);
  await poured;
  return right;
}

async function pour(posting: ClientRequest, length: number): Promise<void> {
  for (let at = 0; at < length; ) {
    const piece = expected(at, Math.min(PERIOD, length - at));
    at += piece.length;
    if (!posting.write(piece)) await once(posting, 'drain');
  }
  posting.end();
}

async function countRight(answer: IncomingMessage): Promise<number> {
  let at = 0;
  for await (const chunk of answer) {
    const bytes = chunk as Buffer;
    if (!bytes.equals(expected(at, bytes.length))) break;
    at += bytes.length;
  }
  return at;
}

function expected(at: number, length: number): Buffer {
  const from = at % PERIOD;
  return PATTERN.subarray(from, from + length);
}
