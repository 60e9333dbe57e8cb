import type { LookupFunction, Socket } from 'node:net';
import { openSocket } from './connect.js';
import type { SessionSettings } from './http2-session.js';
import { SessionPool, type SessionPoolHost } from './http2-session-pool.js';
import { SecureContexts } from './secure-contexts.js';
import { TlsSessions } from './tls-sessions.js';
import type { Origin, Transport, UpstreamCall, UpstreamHandler, UpstreamRequest } from './transport.js';

/** What can be set of an Http2Transport. The defaults are those of the transport for HTTP/1.1. */
export interface Http2TransportOptions {
  /** Waiting connections per origin (`upstream_keepalive_pool_size`, 512). */
  readonly poolSize?: number;
  /** Milliseconds a connection waits for its next request (`upstream_keepalive_idle_timeout`, 60,000). */
  readonly idleTimeout?: number;
  /** Requests a connection carries (`upstream_keepalive_max_requests`, 10,000). */
  readonly maxRequests?: number;
  /** Bytes of an answer's head, as HTTP/2 counts them (65,536). */
  readonly maxHeadBytes?: number;
  /** Fields of an answer's head (1,000). */
  readonly maxHeadFields?: number;
  /** Interim answers before the final one (64). */
  readonly maxInterims?: number;
  /** Resolves names instead of the system's resolver. */
  readonly lookup?: LookupFunction;
}

/** HTTP/2 to origins that are known to speak it: over TLS agreed on by ALPN, else with prior knowledge (RFC 9113, 3.3). */
export class Http2Transport implements Transport, SessionPoolHost {
  readonly #settings: SessionSettings;
  readonly #secureContexts = new SecureContexts();
  readonly #sessions = new TlsSessions();
  readonly #lookup: LookupFunction | undefined;
  readonly #pools = new Map<string, SessionPool>();
  #closing: Promise<void> | undefined;
  #allClosed: (() => void) | undefined;

  constructor(options: Http2TransportOptions = {}) {
    this.#settings = {
      poolSize: options.poolSize ?? 512,
      idleTimeout: options.idleTimeout ?? 60_000,
      maxRequests: options.maxRequests ?? 10_000,
      headBytes: options.maxHeadBytes ?? 65_536,
      headFields: options.maxHeadFields ?? 1_000,
      interims: options.maxInterims ?? 64,
    };
    this.#lookup = options.lookup;
  }

  /** Also works after `close`, over a connection that is closed when its answers have ended. */
  send(origin: Origin, request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall {
    let pool = this.#pools.get(origin.key);
    if (pool === undefined) {
      pool = new SessionPool(origin, this.#settings, this);
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

  open(origin: Origin, timeout: number): Socket {
    const socket = openSocket(origin, {
      onread: undefined,
      timeout,
      lookup: this.#lookup,
      session: this.#sessions.get(origin.key),
      secureContexts: this.#secureContexts,
    });
    if (origin.tls !== undefined) this.#sessions.keepFrom(socket, origin.key);
    return socket;
  }

  emptied(pool: SessionPool): void {
    this.#pools.delete(pool.origin.key);
    this.#resolveWhenEmpty();
  }

  #resolveWhenEmpty(): void {
    if (this.#pools.size === 0) this.#allClosed?.();
  }
}
