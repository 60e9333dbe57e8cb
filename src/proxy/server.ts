import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ListenError, messageOf } from '../errors.js';
import type { Logger } from '../log.js';
import type { Traffic } from '../metrics/traffic.js';
import type { ListenAddress, ProxySettings } from '../settings.js';
import type { SnapshotStore } from '../snapshot/store.js';
import { answerClientError } from './client-error.js';
import { namedByConnection } from './client-head.js';
import { Exchange, GatewayRequest, type UpgradeSocket } from './exchange.js';
import { createForwarder, type Forwarder } from './forward.js';
import { handleRequest } from './handle-request.js';
import { withoutUpgrade } from './plain-again.js';
import { Http1Transport } from './transport/http1-transport.js';
import type { Transport } from './transport/transport.js';

/** What a proxy server is made of. */
export interface ProxyServerOptions {
  readonly store: SnapshotStore;
  readonly traffic: Traffic;
  readonly log: Logger;
  readonly settings: ProxySettings;
  /** How requests reach upstreams; one of its own when none is given. */
  readonly transport?: Transport;
}

/** nginx's four buffers of 8 kB for a request's head. */
const MAX_HEAD_BYTES = 32 * 1024;
/** Milliseconds an idle client connection stays open (nginx's keepalive_timeout). */
const KEEP_ALIVE_TIMEOUT = 75_000;
/** Milliseconds a client has for the head of a request (nginx's client_header_timeout). */
const HEAD_TIMEOUT = 60_000;
/** How often a server that drains looks for connections that have become idle, in milliseconds. */
const DRAIN_INTERVAL = 50;

/** The HTTP data plane: listeners whose requests go where the current snapshot sends them. */
export class ProxyServer {
  readonly #options: ProxyServerOptions;
  readonly #transport: Transport;
  readonly #forwarder: Forwarder;
  readonly #servers: Server[] = [];
  /** Connections that became WebSockets: no HTTP server knows them any more. */
  readonly #upgraded = new Set<Duplex>();
  /** Connections that were handed back to the server: they count once. */
  readonly #returned = new WeakSet<Duplex>();
  /** Connections without a request so far: Node does not count them as idle. */
  readonly #fresh = new Set<Socket>();
  #closing: Promise<void> | undefined;
  readonly #draining = () => this.#closing !== undefined;

  constructor(options: ProxyServerOptions) {
    this.#options = options;
    this.#transport = options.transport ?? new Http1Transport();
    this.#forwarder = createForwarder(this.#transport, options.log);
  }

  /** Opens one more listener. Resolves to where it really stands; rejects with ListenError. */
  async listen(address: ListenAddress): Promise<ListenAddress> {
    const server = this.#createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(listenError(address, error)));
      server.listen({ host: address.host, port: address.port }, resolve);
    });
    this.#servers.push(server);
    const { port } = server.address() as AddressInfo;
    return { host: address.host, port };
  }

  /**
   * Takes no new connections, lets requests under way end, and resolves when all are gone, after `timeout`
   * milliseconds at the latest; what is left then is cut. Idempotent.
   */
  close(timeout: number): Promise<void> {
    this.#closing ??= this.#drain(timeout);
    return this.#closing;
  }

  async #drain(timeout: number): Promise<void> {
    const closed = this.#servers.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
    this.#endIdle();
    const sweep = setInterval(() => this.#endIdle(), DRAIN_INTERVAL);
    const limit = setTimeout(() => {
      for (const server of this.#servers) server.closeAllConnections();
      for (const socket of this.#upgraded) socket.destroy();
    }, timeout);
    await Promise.all(closed);
    clearInterval(sweep);
    clearTimeout(limit);
    await this.#transport.close();
  }

  #endIdle(): void {
    for (const server of this.#servers) server.closeIdleConnections();
    for (const socket of this.#fresh) if (socket.bytesRead === 0) socket.destroy();
  }

  #createServer(): Server {
    const server = createServer({
      IncomingMessage: GatewayRequest,
      maxHeaderSize: MAX_HEAD_BYTES,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
      headersTimeout: HEAD_TIMEOUT,
      // A long upload is not at fault; a stalled one is ended where its body is read.
      requestTimeout: 0,
      requireHostHeader: false,
      noDelay: true,
    });
    server.maxHeadersCount = 0;
    server.on('connection', (socket) => this.#onConnection(socket));
    server.on('request', (req, res) => this.#onRequest(req, res));
    server.on('checkContinue', (req, res) => {
      res.writeContinue();
      this.#onRequest(req, res);
    });
    server.on('checkExpectation', (req, res) => this.#onRequest(req, res));
    server.on('connect', (req, socket) => this.#onDetached(server, req, socket, undefined));
    server.on('upgrade', (req, socket, early) => this.#onUpgrade(server, req, socket, early));
    server.on('clientError', answerClientError);
    return server;
  }

  #onConnection(socket: Socket): void {
    if (this.#returned.has(socket)) return;
    const { traffic } = this.#options;
    traffic.accepted += 1;
    traffic.active += 1;
    this.#fresh.add(socket);
    socket.on('close', () => {
      traffic.active -= 1;
      this.#fresh.delete(socket);
    });
  }

  #onRequest(req: IncomingMessage, res: ServerResponse, upgrade?: UpgradeSocket): Exchange {
    const { traffic, store, settings } = this.#options;
    traffic.requests += 1;
    traffic.inFlight += 1;
    this.#fresh.delete(req.socket);
    res.on('close', () => {
      traffic.inFlight -= 1;
    });
    const exchange = new Exchange(req, res, store.current, this.#draining, upgrade);
    if (req instanceof GatewayRequest) req.exchange = exchange;
    handleRequest(exchange, this.#forwarder, settings.allowDebugHeader);
    return exchange;
  }

  /** Only `Upgrade: websocket` is an upgrade here; with anything else the request goes on as a plain one, as in Kong. */
  #onUpgrade(server: Server, req: IncomingMessage, socket: Duplex, early: Buffer): void {
    if (req.headers.upgrade?.toLowerCase() === 'websocket' && !hasBody(req)) {
      this.#onDetached(server, req, socket, early);
      return;
    }
    this.#giveBack(server, socket, Buffer.concat([withoutUpgrade(req), early]));
  }

  /** Node has let go of the connection: the answer needs a response of its own, and the socket an error listener. */
  #onDetached(server: Server, req: IncomingMessage, socket: Duplex, early: Buffer | undefined): void {
    const onError = () => socket.destroy();
    const forget = () => this.#upgraded.delete(socket);
    socket.on('error', onError).on('close', forget);
    this.#upgraded.add(socket);
    const res = new ServerResponse(req);
    const closes = namedByConnection(req.headers.connection)?.includes('close') === true;
    if (closes || early === undefined) res.shouldKeepAlive = false;
    if (socket instanceof Socket) res.assignSocket(socket);
    const exchange = this.#onRequest(req, res, early === undefined ? undefined : { socket, early });
    res.on('finish', () => {
      if (early === undefined || exchange.closing || !(socket instanceof Socket)) {
        socket.end(() => socket.destroy());
        return;
      }
      // An upgrade that was answered otherwise leaves the connection to HTTP.
      res.detachSocket(socket);
      res.emit('close');
      socket.off('error', onError).off('close', forget);
      forget();
      this.#giveBack(server, socket, early);
    });
  }

  /** Lets the server read on a connection it had let go of, from `unread` on. */
  #giveBack(server: Server, socket: Duplex, unread: Buffer): void {
    this.#returned.add(socket);
    if (unread.length > 0) socket.unshift(unread);
    server.emit('connection', socket);
  }
}

function hasBody(req: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': coding } = req.headers;
  return coding !== undefined || (length !== undefined && length !== '0');
}

function listenError(address: ListenAddress, error: Error & { readonly code?: string }): ListenError {
  const where = `${address.host}:${address.port}`;
  const hint = error.code === 'EADDRINUSE' ? ': the port is taken; stop what holds it or choose another' : '';
  return new ListenError(`proxy cannot listen on ${where} (${messageOf(error)})${hint}`, { cause: error });
}
