import {
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type SecureServerOptions,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerOptions,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TestCertificate } from './certificate.js';

/** What an upstream does with one request. */
export type StreamScript = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

/** An HTTP/2 server on a free port of 127.0.0.1 that does with each request what a script says. */
export class Http2Upstream {
  readonly sessions: ServerHttp2Session[] = [];
  /** The heads of the requests, in their order. */
  readonly heads: IncomingHttpHeaders[] = [];
  /** What came of the bodies, in the order of the heads. */
  readonly bodies: string[] = [];
  readonly streams: ServerHttp2Stream[] = [];
  readonly #server: Http2Server;

  private constructor(server: Http2Server) {
    this.#server = server;
  }

  /** Bodies are read unless `reading` is false. */
  static async start(
    script: StreamScript,
    options: ServerOptions & { readonly reading?: boolean; readonly tls?: TestCertificate } = {},
  ): Promise<Http2Upstream> {
    const { reading = true, tls, ...settings } = options;
    const server =
      tls === undefined
        ? createServer(settings)
        : createSecureServer({ ...settings, cert: tls.cert, key: tls.key } as SecureServerOptions);
    const upstream = new Http2Upstream(server);
    server.on('session', (session) => {
      upstream.sessions.push(session);
      session.on('error', () => {});
    });
    server.on('stream', (stream, headers) => {
      const at = upstream.heads.push(headers) - 1;
      upstream.streams.push(stream);
      upstream.bodies[at] = '';
      stream.on('error', () => {});
      if (reading) {
        stream.on('data', (chunk: Buffer) => {
          upstream.bodies[at] += chunk.toString('latin1');
        });
      }
      script(stream, headers);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    return upstream;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const session of this.sessions) session.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
