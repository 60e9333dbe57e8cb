import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { AccessLog } from '../access-log/access-log.js';
import { ListenError, messageOf } from '../errors.js';
import type { ListenAddress, Listener } from '../listen-settings.js';
import type { Logger } from '../log.js';
import type { Traffic } from '../metrics/traffic.js';
import type { ProxySettings } from '../settings.js';
import type { SnapshotStore } from '../snapshot/store.js';
import type { ClientPeer, ClientStream } from './client-stream.js';
import { Exchange, type ExchangeRecords } from './exchange.js';
import { createForwarder, type Forwarder } from './forward.js';
import { handleRequest } from './handle-request.js';
import { ClientConnection, type ConnectionHost, HIGH_WATER_BYTES } from './http1/client-connection.js';
import { CLIENT_TIMEOUTS, type ClientTimeouts } from './http1/client-timeouts.js';
import { READ_BYTES } from './http1/read-buffer.js';
import type { RefusedRequest } from './http1/refusal.js';
import { Http2Connection, type Http2Host } from './http2/http2-connection.js';
import { type DecisionHost, UndecidedConnection } from './http2/undecided-connection.js';
import type { OpenConnection } from './open-connection.js';
import { Http1Transport } from './transport/http1-transport.js';
import { Http2Transport } from './transport/http2-transport.js';
import type { Transport } from './transport/transport.js';
import { TransportByVersion } from './transport/transport-by-version.js';

/** What a proxy server is made of. */
export interface ProxyServerOptions {
  readonly store: SnapshotStore;
  readonly traffic: Traffic;
  /** Told of every request that has ended; none when not given. */
  readonly accessLog?: AccessLog | undefined;
  readonly log: Logger;
  readonly settings: ProxySettings;
  /** How requests reach upstreams; one of its own when none is given. */
  readonly transport?: Transport;
  /** How long clients are waited for; nginx's times when not given. */
  readonly timeouts?: ClientTimeouts;
}

/** The HTTP data plane: listeners whose requests go where the current snapshot sends them. */
export class ProxyServer implements ConnectionHost, Http2Host, DecisionHost {
  readonly timeouts: ClientTimeouts;
  /** libuv fills and hands over one read at a time, so that all sockets can share it; Windows reads ahead. */
  readonly readBuffer = process.platform === 'win32' ? undefined : Buffer.allocUnsafeSlow(READ_BYTES);
  readonly #options: ProxyServerOptions;
  readonly #transport: Transport;
  readonly #forwarder: Forwarder;
  readonly #records: ExchangeRecords;
  readonly #servers: Server[] = [];
  readonly #connections = new Set<OpenConnection>();
  #closing: Promise<void> | undefined;
  #allClosed: (() => void) | undefined;

  constructor(options: ProxyServerOptions) {
    this.#options = options;
    this.timeouts = options.timeouts ?? CLIENT_TIMEOUTS;
    this.#transport = options.transport ?? new TransportByVersion(new Http1Transport(), new Http2Transport());
    this.#records = { traffic: options.traffic, accessLog: options.accessLog };
    this.#forwarder = createForwarder(this.#transport, options.log);
  }

  /** Opens one more listener. Resolves to where it really stands; rejects with ListenError. */
  async listen(address: Listener): Promise<Listener> {
    const server = createServer(
      { allowHalfOpen: true, noDelay: true, pauseOnConnect: true, highWaterMark: HIGH_WATER_BYTES },
      (socket) => this.#onConnection(socket, address),
    );
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(listenError(address, error)));
      server.listen({ host: address.host, port: address.port }, resolve);
    });
    this.#servers.push(server);
    const { port } = server.address() as AddressInfo;
    return { ...address, port };
  }

  /**
   * Takes no new connections, lets requests under way end, and resolves when all are gone, after `timeout`
   * milliseconds at the latest; what is left then is cut. Idempotent.
   */
  close(timeout: number): Promise<void> {
    this.#closing ??= this.#drain(timeout);
    return this.#closing;
  }

  get draining(): boolean {
    return this.#closing !== undefined;
  }

  onRequest(stream: ClientStream): void {
    const { store, settings } = this.#options;
    const exchange = new Exchange(stream, store.current, this.#records);
    handleRequest(exchange, this.#forwarder, settings.allowDebugHeader);
  }

  onRefused(refused: RefusedRequest): void {
    this.#records.accessLog?.record(refused);
  }

  onClosed(connection: OpenConnection): void {
    this.#options.traffic.active -= 1;
    this.#connections.delete(connection);
    if (this.#connections.size === 0) this.#allClosed?.();
  }

  async #drain(timeout: number): Promise<void> {
    const closed = this.#servers.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
    const limit = setTimeout(() => {
      for (const connection of this.#connections) connection.destroy();
    }, timeout);
    await new Promise<void>((resolve) => {
      this.#allClosed = resolve;
      for (const connection of this.#connections) connection.drain();
      if (this.#connections.size === 0) resolve();
    });
    await Promise.all(closed);
    clearTimeout(limit);
    await this.#transport.close();
  }

  onDecided(connection: UndecidedConnection, version: 'http1' | 'http2'): void {
    this.#connections.delete(connection);
    this.#serve(connection.socket, peerOf(connection.socket), version);
  }

  onUndecided(connection: UndecidedConnection): void {
    this.onClosed(connection);
  }

  #onConnection(socket: Socket, { http2 }: Listener): void {
    const { traffic } = this.#options;
    traffic.accepted += 1;
    traffic.active += 1;
    // Without TLS there is no handshake that could agree on a version: the client's first bytes tell.
    if (http2 === true) this.#connections.add(new UndecidedConnection(socket, this.timeouts.head, this));
    else this.#serve(socket, peerOf(socket), 'http1');
  }

  #serve(socket: Socket, peer: ClientPeer, version: 'http1' | 'http2'): void {
    const Connection = version === 'http2' ? Http2Connection : ClientConnection;
    this.#connections.add(new Connection(socket, peer, this));
  }
}

function peerOf(socket: Socket): ClientPeer {
  const address = socket.remoteAddress ?? '';
  const mapped = address.startsWith('::ffff:') && address.includes('.');
  return {
    address: mapped ? address.slice(7) : address,
    port: socket.localPort ?? 0,
    scheme: 'http',
    sni: undefined,
  };
}

function listenError(address: ListenAddress, error: Error & { readonly code?: string }): ListenError {
  const where = `${address.host}:${address.port}`;
  const hint = error.code === 'EADDRINUSE' ? ': the port is taken; stop what holds it or choose another' : '';
  return new ListenError(`proxy cannot listen on ${where} (${messageOf(error)})${hint}`, { cause: error });
}
