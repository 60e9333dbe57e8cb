import { connect, type Socket } from 'node:net';
import { type Answer, AnswerReader } from './answer-reader.js';

/** What a client asks for, and tells. */
export interface ClientOwner {
  nextRequest(): Buffer;
  /** An answer has come, so many milliseconds after its request went out. */
  onAnswer(answer: Answer, milliseconds: number): void;
  /** The other side ended the connection, or what it said made no sense. `inside`: a request was under way. */
  onCut(reason: string, inside: boolean): void;
}

/**
 * One connection that sends its next request when the answer is complete, until it is stopped. An answer that says it
 * is the connection's last is followed by a new connection, which is no cut.
 */
export class Client {
  readonly #address: { readonly host: string; readonly port: number };
  readonly #owner: ClientOwner;
  #socket: Socket | undefined;
  #sentAt: number | undefined;
  /** Whether the answer was the last one of its connection. */
  #last = false;
  #stopped: (() => void) | undefined;
  /** Called once no request is under way, where the client is held. */
  #held: (() => void) | undefined;

  constructor(origin: string, owner: ClientOwner) {
    const { hostname, port } = new URL(origin);
    this.#address = { host: hostname, port: Number(port) };
    this.#owner = owner;
  }

  /** Connects, and starts to send. A connection that is cut is opened anew. */
  open(): void {
    const socket = connect({ ...this.#address, noDelay: true });
    const reader = new AnswerReader((answer) => this.#onAnswer(answer));
    let reason = 'closed';
    this.#socket = socket;
    socket
      .on('connect', () => this.#send())
      .on('data', (chunk) => {
        try {
          if (this.#sentAt === undefined) throw new Error('bytes that nobody asked for');
          reader.read(chunk);
        } catch (error) {
          socket.destroy(error instanceof Error ? error : undefined);
        }
      })
      .on('end', () => socket.destroy())
      .on('error', (error) => {
        reason = error.message;
      })
      .on('close', () => this.#onClose(reason));
  }

  /** Resolves when the request under way has been answered and the connection is closed. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#stopped = resolve;
      if (this.#sentAt === undefined) this.#socket?.destroy();
    });
  }

  /** Sends nothing more until `release`, the connection staying open. Resolves when no request is under way. */
  hold(): Promise<void> {
    return new Promise((resolve) => {
      this.#held = resolve;
      if (this.#sentAt === undefined) resolve();
    });
  }

  release(): void {
    this.#held = undefined;
    // One that is still connecting sends when it is open.
    if (this.#sentAt === undefined && this.#socket?.readyState === 'open') this.#send();
  }

  #send(): void {
    if (this.#stopped !== undefined) {
      this.#socket?.destroy();
      return;
    }
    if (this.#held !== undefined) {
      this.#held();
      return;
    }
    this.#sentAt = performance.now();
    this.#socket?.write(this.#owner.nextRequest());
  }

  #onAnswer(answer: Answer): void {
    const sentAt = this.#sentAt ?? 0;
    this.#sentAt = undefined;
    this.#owner.onAnswer(answer, performance.now() - sentAt);
    this.#last = isLast(answer);
    if (this.#last) this.#socket?.destroy();
    else this.#send();
  }

  #onClose(reason: string): void {
    const inside = this.#sentAt !== undefined;
    this.#sentAt = undefined;
    if (this.#stopped !== undefined && !inside) {
      this.#stopped();
      return;
    }
    if (this.#last) {
      this.#last = false;
      this.open();
      return;
    }
    this.#owner.onCut(reason, inside);
    if (this.#stopped !== undefined) this.#stopped();
    else setTimeout(() => this.open(), 10);
  }
}

/** Whether the other side closes the connection after this answer (RFC 9112, 9.6). */
export function isLast({ head }: Answer): boolean {
  return /\r\nconnection: *close\r\n/i.test(head);
}
