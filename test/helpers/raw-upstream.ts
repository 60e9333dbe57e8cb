import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket, type TlsOptions } from 'node:tls';

/** A request as it came over the wire. */
export interface RawRequest {
  /** The head as sent, in latin1, the empty line included. */
  readonly head: string;
  readonly method: string;
  readonly target: string;
  /** Names and values in turn, as sent. */
  readonly rawHeaders: readonly string[];
  /** The body without its framing, in latin1. */
  readonly body: string;
  /** The trailer section as sent, without the empty line. */
  readonly trailers: string;
}

/** What the client of a TLS connection said of itself. */
export interface SeenHandshake {
  /** The name it asked for. */
  readonly servername: string | null;
  readonly alpn: string | null;
  readonly version: string | null;
  /** The common name of its certificate. */
  readonly client: string | null;
  /** Whether that certificate leads to an authority of the upstream's. */
  readonly authorized: boolean;
}

/** What an upstream does with one connection. It may throw: that fails `close`, unless the peer is gone. */
export type RawScript = (connection: RawConnection) => void | Promise<void>;

/** One connection to a raw upstream. Text is latin1, so that every byte can be written and seen. */
export class RawConnection {
  readonly socket: Socket;
  /** 0 for the upstream's first connection, and so on. */
  readonly index: number;
  /** Undefined where it is plain TCP. */
  readonly tls: SeenHandshake | undefined;
  /** Requests read in full. */
  readonly requests: RawRequest[] = [];
  #unread = '';
  #received = '';
  #ended = false;
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(socket: Socket, index: number) {
    this.socket = socket;
    this.index = index;
    this.tls = socket instanceof TLSSocket ? seenHandshake(socket) : undefined;
    socket.on('data', (chunk: Buffer) => {
      const text = chunk.toString('latin1');
      this.#received += text;
      this.#unread += text;
      this.#wake?.();
    });
    socket.on('end', () => {
      this.#ended = true;
      this.#wake?.();
    });
    // A reset by the peer is an ordinary end of a scripted connection.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#ended = true;
      this.#closed = true;
      this.#wake?.();
    });
  }

  /** Everything received so far. */
  get received(): string {
    return this.#received;
  }

  /** Whether the peer has ended or reset the connection. */
  get ended(): boolean {
    return this.#ended;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Reads one request with its body. Fails when the connection ends before. */
  async request(): Promise<RawRequest> {
    const head = await this.head();
    const lines = head.split('\r\n');
    const [method = '', target = ''] = (lines[0] ?? '').split(' ');
    const rawHeaders = lines.slice(1, -2).flatMap((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
    const { body, trailers } = await this.#body(rawHeaders);
    const request = { head, method, target, rawHeaders, body, trailers };
    this.requests.push(request);
    return request;
  }

  /** Reads one head, its empty line included. */
  head(): Promise<string> {
    return this.until('\r\n\r\n');
  }

  /** Reads up to and with `mark`. */
  async until(mark: string): Promise<string> {
    await this.#wait(() => this.#unread.includes(mark), `${JSON.stringify(mark)}`);
    return this.#take(this.#unread.indexOf(mark) + mark.length);
  }

  /** Reads `length` bytes. */
  async bytes(length: number): Promise<string> {
    await this.#wait(() => this.#unread.length >= length, `${length} bytes`);
    return this.#take(length);
  }

  write(data: string | Buffer): void {
    if (typeof data === 'string') this.socket.write(data, 'latin1');
    else this.socket.write(data);
  }

  /** Writes and resolves once the kernel has taken it. */
  flush(data: string | Buffer): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
    return new Promise((resolve) => this.socket.write(bytes, () => resolve()));
  }

  /** Ends the connection (FIN), after writing `data`. */
  end(data = ''): void {
    this.socket.end(data, 'latin1');
  }

  /** Breaks the connection with an RST alone; `resetAndDestroy` would send a FIN before it. */
  reset(): void {
    Reflect.set(this.socket, 'resetAndClosing', true);
    this.socket.destroy();
  }

  /** Resolves when the peer has ended the connection. */
  async peerEnd(): Promise<void> {
    while (!this.#ended) await this.#news();
  }

  async #body(rawHeaders: readonly string[]): Promise<{ body: string; trailers: string }> {
    const value = (name: string): string | undefined =>
      rawHeaders[rawHeaders.findIndex((text, at) => at % 2 === 0 && text.toLowerCase() === name) + 1 || -1];
    if (value('transfer-encoding') === undefined) {
      return { body: await this.bytes(Number(value('content-length') ?? 0)), trailers: '' };
    }
    let body = '';
    for (;;) {
      const size = Number.parseInt(await this.until('\r\n'), 16);
      if (size === 0) break;
      body += await this.bytes(size);
      await this.until('\r\n');
    }
    let trailers = '';
    for (;;) {
      const line = await this.until('\r\n');
      if (line === '\r\n') return { body, trailers };
      trailers += line;
    }
  }

  #take(length: number): string {
    const text = this.#unread.slice(0, length);
    this.#unread = this.#unread.slice(length);
    return text;
  }

  async #wait(ready: () => boolean, what: string): Promise<void> {
    while (!ready()) {
      if (this.#ended) throw new PeerGone(`the connection ended while waiting for ${what}`);
      await this.#news();
    }
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

function seenHandshake(socket: TLSSocket): SeenHandshake {
  const servername: unknown = Reflect.get(socket, 'servername');
  const client: unknown = socket.getPeerCertificate().subject?.CN;
  const named = typeof client === 'string';
  return {
    servername: typeof servername === 'string' ? servername : null,
    alpn: socket.alpnProtocol || null,
    version: socket.getProtocol(),
    client: named ? client : null,
    // Of a resumed session without a certificate Node.js says so too.
    authorized: named && socket.authorized,
  };
}

/** The peer ended the connection while a script was waiting for more. */
export class PeerGone extends Error {}

/** A TCP or TLS server on a free port of 127.0.0.1 that does with each connection what a script says. */
export class RawUpstream {
  readonly connections: RawConnection[] = [];
  readonly #server: Server;
  /** Below TLS: also those whose handshake failed. */
  readonly #sockets = new Set<Socket>();
  readonly #failures: unknown[] = [];
  #accepted = 0;

  private constructor(script: RawScript, tls: TlsOptions | undefined) {
    const accept = (socket: Socket): void => {
      const connection = new RawConnection(socket, this.connections.length);
      this.connections.push(connection);
      Promise.resolve()
        .then(() => script(connection))
        .catch((error: unknown) => {
          if (!(error instanceof PeerGone)) this.#failures.push(error);
        });
    };
    this.#server =
      tls === undefined
        ? createTcpServer({ allowHalfOpen: true, noDelay: true }, accept)
        : createTlsServer({ allowHalfOpen: true, noDelay: true, ...tls }, accept);
    this.#server.on('connection', (socket: Socket) => {
      this.#accepted += 1;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    // A client that refuses our certificate is part of the tests.
    this.#server.on('tlsClientError', () => {});
  }

  static async start(script: RawScript, tls?: TlsOptions): Promise<RawUpstream> {
    const upstream = new RawUpstream(script, tls);
    await new Promise<void>((resolve, reject) => {
      upstream.#server.once('error', reject).listen(0, '127.0.0.1', () => resolve());
    });
    return upstream;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** TCP connections so far, those whose handshake failed included. */
  get accepted(): number {
    return this.#accepted;
  }

  /** All requests read in full, in the order of the connections. */
  get requests(): readonly RawRequest[] {
    return this.connections.flatMap((connection) => connection.requests);
  }

  /** Breaks all connections and stops listening. Fails with what a script threw. */
  async close(): Promise<void> {
    for (const { socket } of this.connections) socket.destroy();
    for (const socket of this.#sockets) socket.destroy();
    if (this.#server.listening) await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    if (this.#failures.length > 0) throw this.#failures[0];
  }
}

/** A script that answers every request with the same bytes. */
export function answering(answer: string | Buffer): RawScript {
  return async (connection) => {
    for (;;) {
      await connection.request();
      connection.write(answer);
    }
  };
}
