import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';

/** What Node's own server made of the first request in some bytes. */
export interface NodeParsed {
  readonly method: string | undefined;
  readonly target: string | undefined;
  readonly version: string | undefined;
  readonly rawHeaders: readonly string[];
  readonly body: string;
  readonly rawTrailers: readonly string[];
  /** `cut`: the bytes ended before the request did. */
  readonly outcome: 'ended' | 'refused' | 'cut';
  readonly code: string | undefined;
}

/** A connection whose far side sends `bytes` in one piece and ends. */
class Wire extends Duplex {
  constructor(bytes: Buffer) {
    super({ allowHalfOpen: true });
    if (bytes.length > 0) this.push(bytes);
    this.push(null);
  }

  override _read(): void {}

  override _write(_chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    done();
  }
}

/** A `node:http` server without a port, to which bytes are shown one connection at a time. */
export class NodeServer {
  readonly #server: Server;
  #onRequest: (request: IncomingMessage) => void = () => {};
  #onError: (error: NodeJS.ErrnoException) => void = () => {};

  constructor() {
    const take = (request: IncomingMessage, _response: ServerResponse): void => this.#onRequest(request);
    // Neither a Host nor a size that Node likes is asked for here.
    this.#server = createServer({ requireHostHeader: false, maxHeaderSize: 65_536 }, take)
      .on('checkContinue', take)
      .on('checkExpectation', take)
      .on('clientError', (error: NodeJS.ErrnoException) => this.#onError(error));
  }

  /** Feeds the bytes to a connection of its own. */
  parse(bytes: Buffer): Promise<NodeParsed> {
    return new Promise((resolve) => {
      const wire = new Wire(bytes);
      let first: IncomingMessage | undefined;
      let body = '';
      const settle = (outcome: NodeParsed['outcome'], code?: string): void => {
        resolve({
          method: first?.method,
          target: first?.url,
          version: first?.httpVersion,
          rawHeaders: first?.rawHeaders ?? [],
          body,
          rawTrailers: first?.rawTrailers ?? [],
          outcome,
          code,
        });
        wire.destroy();
      };
      this.#onError = (error) =>
        settle(error.code === 'HPE_INVALID_EOF_STATE' ? 'cut' : 'refused', error.code);
      this.#onRequest = (request) => {
        if (first !== undefined) return;
        first = request;
        request.on('data', (chunk: Buffer) => {
          body += chunk.toString('latin1');
        });
        request.on('error', () => {});
        request.on('end', () => settle('ended'));
      };
      wire.on('close', () => settle('cut', 'closed'));
      this.#server.emit('connection', wire);
    });
  }
}
