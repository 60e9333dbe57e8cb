import type { OnReadOpts, Socket } from 'node:net';
import { Connection, type ConnectionOwner } from './connection.js';
import type { ResponseLimits } from './response-parser.js';
import type { Origin, UpstreamCall, UpstreamHandler, UpstreamRequest } from './transport.js';

/** How connections are kept, the same for all origins. */
export interface PoolSettings {
  /** Connections per origin that may wait for a request. */
  readonly poolSize: number;
  /** Milliseconds a connection may wait for its next request. */
  readonly idleTimeout: number;
  /** Requests after which a connection is closed. */
  readonly maxRequests: number;
  readonly limits: ResponseLimits;
}

/** What a pool gets from the transport it belongs to. */
export interface PoolHost {
  /** False once the transport closes: no connection is kept any more. */
  readonly keeping: boolean;
  /** What connections read into, undefined where each must have a buffer of its own. */
  readonly readBuffer: Buffer | undefined;
  open(pool: OriginPool, onread: OnReadOpts, timeout: number): Socket;
  /** The pool has no connection left. */
  emptied(pool: OriginPool): void;
}

/** The connections to one origin. The one that was used last is used next, so that the others can time out. */
export class OriginPool implements ConnectionOwner {
  readonly origin: Origin;
  readonly limits: ResponseLimits;
  readonly idleTimeout: number;
  readonly #host: PoolHost;
  readonly #settings: PoolSettings;
  readonly #idle: Connection[] = [];
  #open = 0;

  constructor(origin: Origin, settings: PoolSettings, host: PoolHost) {
    this.origin = origin;
    this.limits = settings.limits;
    this.idleTimeout = settings.idleTimeout;
    this.#settings = settings;
    this.#host = host;
  }

  /** Gives the request to a waiting connection, or to a new one. */
  send(request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall {
    const connection =
      (request.fresh === true ? undefined : this.#take()) ?? this.#connect(request.timeouts.connect);
    return connection.start(request, handler);
  }

  release(connection: Connection): boolean {
    const { poolSize, maxRequests } = this.#settings;
    if (!this.#host.keeping || poolSize === 0 || connection.requests >= maxRequests) return false;
    // The one that has waited longest is the likeliest to be closed by the upstream soon.
    if (this.#idle.length >= poolSize) this.#idle.shift()?.close();
    this.#idle.push(connection);
    return true;
  }

  closed(connection: Connection): void {
    const index = this.#idle.lastIndexOf(connection);
    if (index !== -1) this.#idle.splice(index, 1);
    this.#open -= 1;
    if (this.#open === 0) this.#host.emptied(this);
  }

  /** Closes the connections that wait. */
  closeIdle(): void {
    for (const connection of this.#idle.splice(0)) connection.close();
  }

  #take(): Connection | undefined {
    for (;;) {
      const connection = this.#idle.pop();
      if (connection === undefined || connection.usable) return connection;
    }
  }

  #connect(timeout: number): Connection {
    this.#open += 1;
    return new Connection(this, this.#host.readBuffer, (onread) => this.#host.open(this, onread, timeout));
  }
}
