import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** What an upstream does from now on: a status, or a way to fail. `good` and `listen` are 200. */
export type Mode = string;

/** An upstream whose behaviour can be switched, for probes (requests for `/probe`) and for others apart. */
export class SwitchableUpstream {
  readonly port: number;
  /** The port that answers name, in a header and in the body. */
  readonly recordedPort: number;
  probes: Mode = 'good';
  requests: Mode = 'good';
  /** Probes answered, or made to fail, since the last `set`. */
  probed = 0;
  #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, recordedPort: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    this.recordedPort = recordedPort;
  }

  static async start(recordedPort: number): Promise<SwitchableUpstream> {
    const server = createServer();
    await listen(server, 0);
    const upstream = new SwitchableUpstream(server, recordedPort);
    server.on('connection', (socket) => upstream.#take(socket));
    return upstream;
  }

  /** `refused` stops listening, `listen` begins again. */
  async set(mode: Mode): Promise<void> {
    this.probes = mode;
    this.requests = mode;
    this.probed = 0;
    if (mode === 'refused') await this.close();
    else if (!this.#server.listening) {
      this.#server = createServer((socket) => this.#take(socket));
      await listen(this.#server, this.port);
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #take(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => undefined);
    let head = '';
    socket.on('data', (chunk: Buffer) => {
      head += chunk.toString('latin1');
      if (!head.endsWith('\r\n\r\n')) return;
      const [method = '', url = ''] = head.split(' ');
      head = '';
      const isProbe = url === '/probe';
      if (isProbe) this.probed += 1;
      this.#answer(socket, method, url, isProbe ? this.probes : this.requests);
    });
  }

  #answer(socket: Socket, method: string, url: string, mode: Mode): void {
    if (mode === 'timeout') return;
    if (mode === 'close') socket.end();
    else if (mode === 'garbage') socket.end('this is no HTTP\r\n\r\n');
    else {
      const status = /^\d+$/.test(mode) ? mode : '200';
      const body = JSON.stringify({ port: this.recordedPort, method, url });
      const lines = [
        `HTTP/1.1 ${status} X`,
        `Content-Length: ${body.length}`,
        `X-Echo-Port: ${this.recordedPort}`,
      ];
      socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
    }
  }
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}
