import type { Socket } from 'node:net';
import { type SessionOwner, type SessionSettings, UpstreamSession } from './http2-session.js';
import type { Origin, UpstreamCall, UpstreamHandler, UpstreamRequest } from './transport.js';

/** What a pool gets from the transport it belongs to. */
export interface SessionPoolHost {
  /** False once the transport closes: no session is kept any more. */
  readonly keeping: boolean;
  open(origin: Origin, timeout: number): Socket;
  /** The pool has no session left. */
  emptied(pool: SessionPool): void;
}

/** Streams that are opened before an upstream has said how many it takes (RFC 9113, 6.5.2 asks it for no less). */
const FIRST_STREAMS = 100;

/** The HTTP/2 sessions to one origin: one, and more where that has as many requests as it may. */
export class SessionPool implements SessionOwner {
  readonly origin: Origin;
  readonly settings: SessionSettings;
  capacity = FIRST_STREAMS;
  readonly #host: SessionPoolHost;
  readonly #sessions = new Set<UpstreamSession>();

  constructor(origin: Origin, settings: SessionSettings, host: SessionPoolHost) {
    this.origin = origin;
    this.settings = settings;
    this.#host = host;
  }

  /** Gives the request to the oldest session that can take it, so that the others can time out; else to a new one. */
  send(request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall {
    for (const session of this.#sessions) {
      if (session.usable) return session.start(request, handler);
    }
    const { connect } = request.timeouts;
    const session = new UpstreamSession(this, this.#host.open(this.origin, connect), connect);
    this.#sessions.add(session);
    return session.start(request, handler);
  }

  keeps(session: UpstreamSession): boolean {
    if (!this.#host.keeping || !session.usable) return false;
    let idle = 0;
    for (const other of this.#sessions) {
      if (other.idle) idle += 1;
    }
    return idle <= this.settings.poolSize;
  }

  closed(session: UpstreamSession): void {
    this.#sessions.delete(session);
    if (this.#sessions.size === 0) this.#host.emptied(this);
  }

  /** Closes the sessions that wait. */
  closeIdle(): void {
    for (const session of this.#sessions) {
      if (session.idle) session.close();
    }
  }
}
