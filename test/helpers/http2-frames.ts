import { connect, type Socket } from 'node:net';
import { PREFACE } from '#gateway/proxy/http2/preface.js';
import { waitFor } from './wait-for.js';

/** Types of frames (RFC 9113, 6). */
export const FRAME = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;
export const END_STREAM = 1;
export const END_HEADERS = 4;
export const ACK = 1;

/** A frame as it came. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** One frame as it goes on the wire. */
export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Buffer = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A 32-bit number, as most frames carry one. */
export function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Fields as HPACK literals without indexing and without Huffman (RFC 7541, 6.2.2), shorter than 127 bytes each. */
export function fieldBlock(fields: readonly (readonly [name: string, value: string])[]): Buffer {
  return Buffer.concat(
    fields.map(([name, value]) =>
      Buffer.concat([
        Buffer.from([0, name.length]),
        Buffer.from(name, 'latin1'),
        Buffer.from([value.length]),
        Buffer.from(value, 'latin1'),
      ]),
    ),
  );
}

/** The head of a GET, as a block of fields. */
export const GET_BLOCK = fieldBlock([
  [':method', 'GET'],
  [':scheme', 'http'],
  [':authority', 'gw.test'],
  [':path', '/'],
]);

/** The head of an answer, status 200. */
export const OK_BLOCK = fieldBlock([[':status', '200']]);

/** A connection that sends frames as a test writes them, and remembers those that come. */
export class FrameClient {
  readonly socket: Socket;
  readonly frames: Frame[] = [];
  ended = false;
  #unread: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.ended = true;
    });
  }

  /** Connects to a port of 127.0.0.1 and sends the preface with empty settings. */
  static async connect(port: number): Promise<FrameClient> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', () => resolve()).once('error', reject);
    });
    const client = new FrameClient(socket);
    socket.write(Buffer.concat([PREFACE, frame(FRAME.settings, 0, 0)]));
    return client;
  }

  write(...frames: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(frames));
  }

  /** Waits for a frame of a type. */
  async until(what: string, wanted: (frame: Frame) => boolean): Promise<Frame> {
    return waitFor(what, () => this.frames.find(wanted));
  }

  /** The codes of the GOAWAY frames so far. */
  get goaways(): readonly number[] {
    return this.frames
      .filter(({ type }) => type === FRAME.goaway)
      .map(({ payload }) => payload.readUInt32BE(4));
  }

  /** Waits for GOAWAY and returns its code. */
  async goaway(): Promise<number> {
    const { payload } = await this.until('GOAWAY', ({ type }) => type === FRAME.goaway);
    return payload.readUInt32BE(4);
  }

  /** Waits for RST_STREAM of a stream and returns its code. */
  async reset(stream: number): Promise<number> {
    const found = await this.until('RST_STREAM', (one) => one.type === FRAME.reset && one.stream === stream);
    return found.payload.readUInt32BE(0);
  }

  close(): void {
    this.socket.destroy();
  }

  #take(bytes: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, bytes]);
    while (this.#unread.length >= 9) {
      const length = this.#unread.readUIntBE(0, 3);
      if (this.#unread.length < 9 + length) return;
      this.frames.push({
        type: this.#unread[3] ?? 0,
        flags: this.#unread[4] ?? 0,
        stream: this.#unread.readUInt32BE(5),
        payload: this.#unread.subarray(9, 9 + length),
      });
      this.#unread = this.#unread.subarray(9 + length);
    }
  }
}
