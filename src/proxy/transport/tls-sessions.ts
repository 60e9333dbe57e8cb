import type { Socket } from 'node:net';

/** Sessions kept, one an origin; they outlive the connections, and the oldest make room. */
const MAX_SESSIONS = 1_000;

/** TLS sessions of earlier connections, by the key of their origin. */
export class TlsSessions {
  readonly #kept = new Map<string, Buffer>();

  get(key: string): Buffer | undefined {
    return this.#kept.get(key);
  }

  /**
   * Keeps the sessions of a connection. Node.js tells of one only once it has accepted the certificate; a resumed
   * session is not checked again, so the key must hold everything that the check depended on.
   */
  keepFrom(socket: Socket, key: string): void {
    socket.on('session', (session: Buffer) => this.#keep(key, session));
  }

  #keep(key: string, session: Buffer): void {
    this.#kept.delete(key);
    this.#kept.set(key, session);
    if (this.#kept.size <= MAX_SESSIONS) return;
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest);
      return;
    }
  }
}
