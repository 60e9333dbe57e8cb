import type { Socket } from 'node:net';
import type { ClientPeer } from '../client-stream.js';
import { Deadline } from '../http1/deadline.js';
import type { OpenConnection } from '../open-connection.js';
import { versionOf } from './preface.js';

export type HttpVersion = 'http1' | 'http2';

/** Who waits for a connection to show what it speaks. Exactly one of the two is called, once. */
export interface DecisionHost {
  /** The socket is as if nobody had read from it. */
  onDecided(connection: UndecidedConnection, version: HttpVersion): void;
  /** It ended before. */
  onUndecided(connection: UndecidedConnection): void;
}

/** A client's connection that has not shown yet which version of HTTP it speaks. */
export class UndecidedConnection implements OpenConnection {
  readonly socket: Socket;
  readonly peer: ClientPeer;
  readonly #host: DecisionHost;
  readonly #deadline: Deadline;
  #seen: Buffer = Buffer.alloc(0);

  /** The client has `timeout` milliseconds. */
  constructor(socket: Socket, peer: ClientPeer, timeout: number, host: DecisionHost) {
    this.socket = socket;
    this.peer = peer;
    this.#host = host;
    this.#deadline = new Deadline(() => this.destroy());
    const now = performance.now();
    this.#deadline.set(now + timeout, now);
    socket
      .on('readable', this.#onReadable)
      .on('end', this.#onEnd)
      .on('error', this.#onEnd)
      .on('close', this.#onClose);
  }

  /** No request has begun. */
  drain(): void {
    this.destroy();
  }

  destroy(): void {
    this.socket.destroy();
  }

  readonly #onReadable = (): void => {
    const bytes: Buffer | null = this.socket.read();
    if (bytes === null) return;
    this.#seen = this.#seen.length === 0 ? bytes : Buffer.concat([this.#seen, bytes]);
    const version = versionOf(this.#seen);
    if (version === undefined) return;
    this.#leave();
    this.socket.unshift(this.#seen);
    this.#host.onDecided(this, version);
  };

  readonly #onEnd = (): void => {
    this.socket.destroy();
  };

  readonly #onClose = (): void => {
    this.#leave();
    this.#host.onUndecided(this);
  };

  #leave(): void {
    this.#deadline.close();
    this.socket
      .off('readable', this.#onReadable)
      .off('end', this.#onEnd)
      .off('error', this.#onEnd)
      .off('close', this.#onClose);
  }
}
