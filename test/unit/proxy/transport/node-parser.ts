import { type IncomingMessage, request } from 'node:http';
import { Duplex } from 'node:stream';

/** What Node's own client made of some bytes. */
export interface NodeParsed {
  readonly status: number | undefined;
  readonly rawHeaders: readonly string[];
  readonly body: string;
  readonly rawTrailers: readonly string[];
  readonly outcome: 'ended' | 'refused';
  readonly code: string | undefined;
}

/** A connection whose far side sends `bytes` in one piece and ends. */
class Wire extends Duplex {
  readonly #bytes: Buffer;
  #sent = false;

  constructor(bytes: Buffer) {
    super();
    this.#bytes = bytes;
  }

  override _read(): void {
    if (!this.#sent) return;
    this.push(null);
  }

  override _write(_chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    done();
    if (this.#sent) return;
    this.#sent = true;
    if (this.#bytes.length > 0) this.push(this.#bytes);
    else this.push(null);
  }
}

/** Feeds the bytes to `node:http` as the answer to a request. */
export function parseWithNode(bytes: Buffer, method: string): Promise<NodeParsed> {
  return new Promise((resolve) => {
    const wire = new Wire(bytes);
    let response: IncomingMessage | undefined;
    let body = '';
    const settle = (outcome: NodeParsed['outcome'], code?: string): void => {
      resolve({
        status: response?.statusCode,
        rawHeaders: response?.rawHeaders ?? [],
        body,
        rawTrailers: response?.rawTrailers ?? [],
        outcome,
        code,
      });
      wire.destroy();
    };
    const outgoing = request({ method, createConnection: () => wire, headers: { host: 'x' } });
    outgoing.on('error', (error: NodeJS.ErrnoException) => settle('refused', error.code));
    outgoing.on('upgrade', () => settle('refused', 'upgrade'));
    outgoing.on('response', (incoming) => {
      response = incoming;
      incoming.on('data', (chunk: Buffer) => {
        body += chunk.toString('latin1');
      });
      incoming.on('error', (error: NodeJS.ErrnoException) => settle('refused', error.code));
      incoming.on('end', () => settle('ended'));
    });
    outgoing.end();
  });
}
