import type { Socket } from 'node:net';
import type { Logger } from '../../log.js';
import type { ProxyHeader } from './proxy-header.js';
import { readHeader } from './read-header.js';

/** What becomes of a connection at the gate; one of them is called, once. */
export interface GateDecision {
  /** The header is read. What follows it waits in the socket, which nobody listens to. */
  admitted(header: ProxyHeader): void;
  /** The connection is gone: it began with something else, with too little in time, or the client ended it. */
  refused(): void;
}

/** Where connections wait until they have said who they come from, as the PROXY protocol wants it. */
export class ProxyProtocolGate {
  readonly #timeout: number;
  readonly #log: Logger;
  readonly #waiting = new Set<Socket>();
  readonly #warned = new Set<number>();

  /** `timeout`: for the whole header, in milliseconds. */
  constructor(timeout: number, log: Logger) {
    this.#timeout = timeout;
    this.#log = log;
  }

  /** Takes a socket that has not been read from. It is not answered where it is refused: what it speaks is unknown. */
  receive(socket: Socket, decision: GateDecision): void {
    let bytes: Buffer | undefined;
    const timer = setTimeout(() => refuse('no PROXY header came in time'), this.#timeout);
    const onReadable = (): void => {
      const chunk: Buffer | null = socket.read();
      if (chunk === null) return;
      bytes = bytes === undefined ? chunk : Buffer.concat([bytes, chunk]);
      const header = readHeader(bytes);
      if (header === 'malformed') refuse('it began with something else than a PROXY header');
      else if (header !== 'incomplete') admit(header, bytes.subarray(header.length));
    };
    const onGone = (): void => refuse(undefined);
    const leave = (): void => {
      clearTimeout(timer);
      this.#waiting.delete(socket);
      socket.off('readable', onReadable).off('end', onGone).off('error', onGone).off('close', onGone);
    };
    const admit = (header: ProxyHeader, rest: Buffer): void => {
      leave();
      if (rest.length > 0) socket.unshift(rest);
      decision.admitted(header);
    };
    const refuse = (reason: string | undefined): void => {
      leave();
      if (reason !== undefined) this.#report(socket, reason);
      // An error of a connection that is given up is no news.
      socket.on('error', () => undefined).destroy();
      decision.refused();
    };
    this.#waiting.add(socket);
    socket.on('readable', onReadable).on('end', onGone).on('error', onGone).on('close', onGone);
  }

  /** Ends the connections that wait. */
  close(): void {
    for (const socket of this.#waiting) socket.destroy();
  }

  /** The first time on a port it is worth a warning: the flag, or what stands in front, is likely set up wrongly. */
  #report({ remoteAddress, localPort = 0 }: Socket, reason: string): void {
    const fields = { client: remoteAddress, port: localPort, reason };
    if (this.#warned.has(localPort)) {
      this.#log.debug(fields, 'connection closed unread');
      return;
    }
    this.#warned.add(localPort);
    this.#log.warn(fields, 'connection closed unread; further ones on this port are told at level debug');
  }
}
