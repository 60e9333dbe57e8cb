import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { AccessLog } from '../access-log/access-log.js';
import { ListenError, messageOf } from '../errors.js';
import type { ListenAddress, Listener } from '../listen-settings.js';
import type { Logger } from '../log.js';
import type { Traffic } from '../metrics/traffic.js';
import type { ProxySettings } from '../settings.js';
import type { SnapshotStore } from '../snapshot/store.js';
import { SecureContexts } from '../tls/secure-contexts.js';
import type { TlsTerms } from '../tls/terms.js';
import { NO_UPSTREAM_DEFAULTS, type UpstreamDefaults } from '../tls/upstream-defaults.js';
import type { ClientPeer, ClientStream } from './client-stream.js';
import { describePeer, type PeerSettings } from './describe-peer.js';
import { Exchange, type ExchangeRecords } from './exchange.js';
import { createForwarder, type Forwarder } from './forward.js';
import { handleRequest } from './handle-request.js';
import { ClientConnection, type ConnectionHost, HIGH_WATER_BYTES } from './http1/client-connection.js';
import { CLIENT_TIMEOUTS, type ClientTimeouts } from './http1/client-timeouts.js';
import { READ_BYTES } from './http1/read-buffer.js';
import type { RefusedRequest } from './http1/refusal.js';
import { Http2Connection, type Http2Host } from './http2/http2-connection.js';
import { type DecisionHost, type HttpVersion, UndecidedConnection } from './http2/undecided-connection.js';
import type { OpenConnection } from './open-connection.js';
import { ProxyProtocolGate } from './proxy-protocol/gate.js';
import { RealIp } from './real-ip.js';
import { respondPlainHttp } from './respond.js';
import { TlsAcceptor } from './tls-acceptor.js';
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
  /** How https services are spoken to that do not say so; nothing is verified or shown when not given. */
  readonly upstreamDefaults?: UpstreamDefaults;
  /** How requests reach upstreams; one of its own when none is given. */
  readonly transport?: Transport;
  /** How long clients are waited for; nginx's times when not given. */
  readonly timeouts?: ClientTimeouts;
}

/** What clients can agree on over TLS; HTTP/1.0 speaks for itself in its requests. */
const ALPN_HTTP1: readonly string[] = ['http/1.1', 'http/1.0'];
const ALPN_HTTP2: readonly string[] = ['h2', ...ALPN_HTTP1];

/** The HTTP data plane: listeners whose requests go where the current snapshot sends them. */
export class ProxyServer implements ConnectionHost, Http2Host, DecisionHost {
  readonly timeouts: ClientTimeouts;
  /** libuv fills and hands over one read at a time, so that all sockets can share it; Windows reads ahead. */
  readonly readBuffer = process.platform === 'win32' ? undefined : Buffer.allocUnsafeSlow(READ_BYTES);
  readonly #options: ProxyServerOptions;
  readonly #transport: Transport;
  readonly #forwarder: Forwarder;
  readonly #records: ExchangeRecords;
  readonly #peers: PeerSettings;
  readonly #gate: ProxyProtocolGate;
  readonly #servers: Server[] = [];
  readonly #connections = new Set<OpenConnection>();
  #tls: TlsAcceptor | undefined;
  /** One listener with http2 switches it on for all that speak TLS, as in Kong. */
  #http2 = false;
  /** Who serves clients that speak plain HTTP where TLS is awaited: each gets one answer. */
  readonly #plainOnTls: ConnectionHost;
  #closing: Promise<void> | undefined;
  #allClosed: (() => void) | undefined;

  constructor(options: ProxyServerOptions) {
    this.#options = options;
    this.timeouts = options.timeouts ?? CLIENT_TIMEOUTS;
    this.#transport = options.transport ?? new TransportByVersion(new Http1Transport(), new Http2Transport());
    this.#records = { traffic: options.traffic, accessLog: options.accessLog };
    const { realIp, portMaps } = options.settings;
    this.#peers = { realIp: new RealIp(realIp), portMaps };
    this.#gate = new ProxyProtocolGate(this.timeouts.head, options.log);
    const defaults = options.upstreamDefaults ?? NO_UPSTREAM_DEFAULTS;
    this.#forwarder = createForwarder(this.#transport, options.log, defaults);
    this.#plainOnTls = {
      ...{ timeouts: this.timeouts, readBuffer: this.readBuffer, draining: true },
      onRequest: (stream) => respondPlainHttp(this.#exchangeOf(stream)),
      onRefused: (refused) => this.onRefused(refused),
      onClosed: (connection) => this.onClosed(connection),
    };
  }

  /**
   * Opens one more listener; `terms` is needed where it speaks TLS, and counts for all that do. Resolves to where it
   * really stands; rejects with ListenError.
   */
  async listen(address: Listener, terms?: TlsTerms): Promise<Listener> {
    if (address.ssl === true) this.#tls ??= this.#acceptorFor(address, terms);
    if (address.http2 === true) this.#http2 = true;
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
    handleRequest(this.#exchangeOf(stream), this.#forwarder, this.#options.settings.allowDebugHeader);
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
    this.#gate.close();
    this.#tls?.close();
    await new Promise<void>((resolve) => {
      this.#allClosed = resolve;
      for (const connection of this.#connections) connection.drain();
      if (this.#connections.size === 0) resolve();
    });
    await Promise.all(closed);
    clearTimeout(limit);
    await this.#transport.close();
  }

  onDecided(connection: UndecidedConnection, version: HttpVersion): void {
    this.#connections.delete(connection);
    this.#speak(version, connection.socket, connection.peer);
  }

  onUndecided(connection: UndecidedConnection): void {
    this.onClosed(connection);
  }

  #exchangeOf(stream: ClientStream): Exchange {
    const client = this.#peers.realIp.clientOf(stream.peer, stream.head.rawHeaders);
    return new Exchange(stream, client, this.#options.store.current, this.#records);
  }

  #onConnection(socket: Socket, listener: Listener): void {
    const { traffic } = this.#options;
    traffic.accepted += 1;
    traffic.active += 1;
    if (listener.proxyProtocol !== true) {
      this.#serve(socket, undefined, listener);
      return;
    }
    this.#gate.receive(socket, {
      admitted: ({ source }) => this.#serve(socket, source, listener),
      refused: () => {
        traffic.active -= 1;
      },
    });
  }

  #acceptorFor(address: ListenAddress, terms: TlsTerms | undefined): TlsAcceptor {
    if (terms === undefined) throw listenError(address, new Error('there is no certificate to show'));
    const { store, traffic, log } = this.#options;
    const contexts = new SecureContexts(terms);
    return new TlsAcceptor({
      log,
      handshakeTimeout: this.timeouts.head,
      protocols: () => (this.#http2 ? ALPN_HTTP2 : ALPN_HTTP1),
      contextFor: (serverName) =>
        contexts.for(serverName === undefined ? undefined : store.current.certificates.find(serverName)),
      onSecure: (socket, peer) => this.#speak(socket.alpnProtocol === 'h2' ? 'http2' : 'http1', socket, peer),
      onPlain: (socket, peer) =>
        void this.#connections.add(new ClientConnection(socket, peer, this.#plainOnTls)),
      onUnfinished: () => {
        traffic.failedHandshakes += 1;
        traffic.active -= 1;
      },
    });
  }

  /** `proxied`: the client that the PROXY protocol has named. */
  #serve(socket: Socket, proxied: string | undefined, { ssl, http2 }: Listener): void {
    const peer = describePeer(socket, proxied, this.#peers);
    if (ssl === true && this.#tls !== undefined) this.#tls.accept(socket, peer);
    // Without TLS there is no handshake that could agree on a version: the client's first bytes tell.
    else if (http2 === true)
      this.#connections.add(new UndecidedConnection(socket, peer, this.timeouts.head, this));
    else this.#speak('http1', socket, peer);
  }

  #speak(version: HttpVersion, socket: Socket, peer: ClientPeer): void {
    const Connection = version === 'http2' ? Http2Connection : ClientConnection;
    this.#connections.add(new Connection(socket, peer, this));
  }
}

function listenError(address: ListenAddress, error: Error & { readonly code?: string }): ListenError {
  const where = `${address.host}:${address.port}`;
  const hint = error.code === 'EADDRINUSE' ? ': the port is taken; stop what holds it or choose another' : '';
  return new ListenError(`proxy cannot listen on ${where} (${messageOf(error)})${hint}`, { cause: error });
}
