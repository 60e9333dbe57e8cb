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
import { ProxyProtocolGate } from './proxy-protocol/gate.js';
import { RealIp } from './real-ip.js';
import { respondPlainHttp } from './respond.js';
import { TlsAcceptor } from './tls-acceptor.js';
import { Http1Transport } from './transport/http1-transport.js';
import type { Transport } from './transport/transport.js';

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

/** The HTTP data plane: listeners whose requests go where the current snapshot sends them. */
export class ProxyServer implements ConnectionHost {
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
  readonly #connections = new Set<ClientConnection>();
  #tls: TlsAcceptor | undefined;
  /** Who serves clients that speak plain HTTP where TLS is awaited: each gets one answer. */
  readonly #plainOnTls: ConnectionHost;
  #closing: Promise<void> | undefined;
  #allClosed: (() => void) | undefined;

  constructor(options: ProxyServerOptions) {
    this.#options = options;
    this.timeouts = options.timeouts ?? CLIENT_TIMEOUTS;
    this.#transport = options.transport ?? new Http1Transport();
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
    const tls = address.ssl === true ? this.#acceptorFor(address, terms) : undefined;
    const server = createServer(
      { allowHalfOpen: true, noDelay: true, pauseOnConnect: true, highWaterMark: HIGH_WATER_BYTES },
      (socket) => this.#onConnection(socket, address, tls),
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

  onClosed(connection: ClientConnection): void {
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

  #exchangeOf(stream: ClientStream): Exchange {
    const client = this.#peers.realIp.clientOf(stream.peer, stream.head.rawHeaders);
    return new Exchange(stream, client, this.#options.store.current, this.#records);
  }

  #onConnection(socket: Socket, { proxyProtocol = false }: Listener, tls: TlsAcceptor | undefined): void {
    const { traffic } = this.#options;
    traffic.accepted += 1;
    traffic.active += 1;
    if (!proxyProtocol) {
      this.#serve(socket, undefined, tls);
      return;
    }
    this.#gate.receive(socket, {
      admitted: ({ source }) => this.#serve(socket, source, tls),
      refused: () => {
        traffic.active -= 1;
      },
    });
  }

  #speakHttp1(socket: Socket, peer: ClientPeer, host: ConnectionHost): void {
    this.#connections.add(new ClientConnection(socket, peer, host));
  }

  #acceptorFor(address: ListenAddress, terms: TlsTerms | undefined): TlsAcceptor {
    if (this.#tls !== undefined) return this.#tls;
    if (terms === undefined) throw listenError(address, new Error('there is no certificate to show'));
    const { store, traffic, log } = this.#options;
    const contexts = new SecureContexts(terms);
    this.#tls = new TlsAcceptor({
      log,
      handshakeTimeout: this.timeouts.head,
      protocols: ALPN_HTTP1,
      contextFor: (serverName) =>
        contexts.for(serverName === undefined ? undefined : store.current.certificates.find(serverName)),
      onSecure: (socket, peer) => this.#speakHttp1(socket, peer, this),
      onPlain: (socket, peer) => this.#speakHttp1(socket, peer, this.#plainOnTls),
      onUnfinished: () => {
        traffic.failedHandshakes += 1;
        traffic.active -= 1;
      },
    });
    return this.#tls;
  }

  /** `proxied`: the client that the PROXY protocol has named. */
  #serve(socket: Socket, proxied: string | undefined, tls: TlsAcceptor | undefined): void {
    const peer = describePeer(socket, proxied, this.#peers);
    if (tls !== undefined) tls.accept(socket, peer);
    else this.#speakHttp1(socket, peer, this);
  }
}

function listenError(address: ListenAddress, error: Error & { readonly code?: string }): ListenError {
  const where = `${address.host}:${address.port}`;
  const hint = error.code === 'EADDRINUSE' ? ': the port is taken; stop what holds it or choose another' : '';
  return new ListenError(`proxy cannot listen on ${where} (${messageOf(error)})${hint}`, { cause: error });
}
