import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A client that takes its answer as slowly as it is told to. */
export class SlowReader {
  readonly #socket: Socket;
  #head = '';
  #received = 0;
  #ended = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    // Without it the socket would not read ahead at all, and 'end' would not come.
    socket.on('readable', () => {});
    socket.on('end', () => {
      this.#ended = true;
    });
    // A reset shows in what has not come.
    socket.on('error', () => {});
  }

  /** Connects to a port of 127.0.0.1 and sends `request`. */
  static async ask(port: number, request: string): Promise<SlowReader> {
    const socket = connect({ host: '127.0.0.1', port });
    const reader = new SlowReader(socket);
    await once(socket, 'connect');
    socket.write(request);
    return reader;
  }

  /** Bytes of the answer's body that have been taken. */
  get received(): number {
    return this.#received;
  }

  /** Takes up to `bytes` of what is there. Returns whether there was any. */
  take(bytes: number): boolean {
    const chunk: Buffer | null = this.#socket.read(Math.min(bytes, this.#socket.readableLength));
    if (chunk === null) return false;
    if (this.#head.endsWith('\r\n\r\n')) {
      this.#received += chunk.length;
      return true;
    }
    this.#head += chunk.toString('latin1');
    const end = this.#head.indexOf('\r\n\r\n') + 4;
    if (end < 4) return true;
    this.#received = this.#head.length - end;
    this.#head = this.#head.slice(0, end);
    return true;
  }

  /** Takes all that comes, up to `length` bytes of body or the end of the connection. */
  async rest(length: number): Promise<void> {
    while (this.#received < length && !this.#ended && !this.#socket.destroyed) {
      if (!this.take(Number.POSITIVE_INFINITY)) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}
