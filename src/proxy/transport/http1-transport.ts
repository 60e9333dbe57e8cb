import type { LookupFunction, OnReadOpts, Socket } from 'node:net';
import { READ_BYTES } from '../http1/read-buffer.js';
import { openSocket } from './connect.js';
import { OriginPool, type PoolHost, type PoolSettings } from './origin-pool.js';
import { SecureContexts } from './secure-contexts.js';
import { TlsSessions } from './tls-sessions.js';
import type { Origin, Transport, UpstreamCall, UpstreamHandler, UpstreamRequest } from './transport.js';

/** What can be set of an Http1Transport. The defaults are Kong's where Kong has the setting. */
export interface Http1TransportOptions {
  /** Waiting connections per origin (`upstream_keepalive_pool_size`, 512). */
  readonly poolSize?: number;
  /** Milliseconds a connection waits for its next request (`upstream_keepalive_idle_timeout`, 60,000). */
  readonly idleTimeout?: number;
  /** Requests a connection carries (`upstream_keepalive_max_requests`, 10,000). */
  readonly maxRequests?: number;
  /** Bytes of an answer's head, and of its trailers (65,536). */
  readonly maxHeadBytes?: number;
  /** Fields of an answer's head, and of its trailers (1,000). */
  readonly maxHeadFields?: number;
  /** Interim answers before the final one (64). */
  readonly maxInterims?: number;
  /** Resolves names instead of the system's resolver. */
  readonly lookup?: LookupFunction;
}

/** HTTP/1.1 over pooled sockets, written for a proxy: raw header arrays, strict answers, little work per request. */
export class Http1Transport implements Transport, PoolHost {
  readonly #settings: PoolSettings;
  readonly #lookup: LookupFunction | undefined;
  readonly #pools = new Map<string, OriginPool>();
  /** libuv fills and hands over one read at a time, so that all sockets can share it; Windows reads ahead. */
  readonly readBuffer = process.platform === 'win32' ? undefined : Buffer.allocUnsafeSlow(READ_BYTES);
  readonly #sessions = new TlsSessions();
  readonly #secureContexts = new SecureContexts();
  #closing: Promise<void> | undefined;
  #allClosed: (() => void) | undefined;

  constructor(options: Http1TransportOptions = {}) {
    this.#settings = {
      poolSize: options.poolSize ?? 512,
      idleTimeout: options.idleTimeout ?? 60_000,
      maxRequests: options.maxRequests ?? 10_000,
      limits: {
        headBytes: options.maxHeadBytes ?? 65_536,
        headFields: options.maxHeadFields ?? 1_000,
        interims: options.maxInterims ?? 64,
      },
    };
    this.#lookup = options.lookup;
  }

  /** Also works after `close`, over a connection of its own that is closed when the answer has ended. */
  send(origin: Origin, request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall {
    let pool = this.#pools.get(origin.key);
    if (pool === undefined) {
      pool = new OriginPool(origin, this.#settings, this);
      this.#pools.set(origin.key, pool);
    }
    return pool.send(request, handler);
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#allClosed = resolve;
    });
    for (const pool of this.#pools.values()) pool.closeIdle();
    this.#resolveWhenEmpty();
    return this.#closing;
  }

  get keeping(): boolean {
    return this.#closing === undefined;
  }

  open(pool: OriginPool, onread: OnReadOpts, timeout: number): Socket {
    const { origin } = pool;
    const socket = openSocket(origin, {
      onread,
      timeout,
      lookup: this.#lookup,
      session: this.#sessions.get(origin.key),
      secureContexts: this.#secureContexts,
    });
    if (origin.tls !== undefined) this.#sessions.keepFrom(socket, origin.key);
    return socket;
  }

  emptied(pool: OriginPool): void {
    this.#pools.delete(pool.origin.key);
    this.#resolveWhenEmpty();
  }

  #resolveWhenEmpty(): void {
    if (this.#pools.size === 0) this.#allClosed?.();
  }
}
