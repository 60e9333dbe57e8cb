import { createHash } from 'node:crypto';
import { joinedValue, parseHeaders } from './raw-message.js';
import type { RawConnection, RawScript } from './raw-upstream.js';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Accepts every handshake, asked for or not, and sends each frame back without its mask. */
export const echoingFrames: RawScript = async (connection) => {
  await accept(connection);
  for (;;) connection.write(await unmasked(connection));
};

/** Accepts every handshake, and reads. */
export const sink: RawScript = accept;

/** Takes the first of the offered subprotocols and extensions (RFC 6455, 4.2.2). */
export async function accept(connection: RawConnection): Promise<void> {
  const headers = parseHeaders((await connection.head()).split('\r\n').slice(1));
  const first = (name: string) => joinedValue(headers, name)?.split(',')[0];
  const key = joinedValue(headers, 'sec-websocket-key') ?? '';
  const protocol = first('sec-websocket-protocol');
  const extension = first('sec-websocket-extensions');
  connection.write(
    [
      'HTTP/1.1 101 Switching Protocols',
      'Connection: Upgrade',
      'Upgrade: websocket',
      `Sec-WebSocket-Accept: ${createHash('sha1')
        .update(key + GUID)
        .digest('base64')}`,
      ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
      ...(extension === undefined ? [] : [`Sec-WebSocket-Extensions: ${extension}`]),
      'X-Up: 1',
      'Server: upserver',
      `Date: ${new Date().toUTCString()}`,
      '\r\n',
    ].join('\r\n'),
  );
}

/** The next frame of a client, as a server would send it. Only short frames are understood. */
async function unmasked(connection: RawConnection): Promise<Buffer> {
  const head = Buffer.from(await connection.bytes(6), 'latin1');
  const length = head.readUInt8(1) & 0x7f;
  const payload = Buffer.from(await connection.bytes(length), 'latin1');
  for (const [index, byte] of payload.entries()) payload[index] = byte ^ head.readUInt8(2 + (index % 4));
  return Buffer.concat([Buffer.from([head.readUInt8(0), length]), payload]);
}

/** A masked text frame of a client, of at most 125 bytes. */
export function clientFrame(text: string): Buffer {
  const mask = Buffer.from([1, 2, 3, 4]);
  const payload = Buffer.from(text);
  for (const [index, byte] of payload.entries()) payload[index] = byte ^ mask.readUInt8(index % 4);
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), mask, payload]);
}

/** The text frame that a server sends, in latin1. */
export function serverFrame(text: string): string {
  return `\x81${String.fromCharCode(text.length)}${text}`;
}
