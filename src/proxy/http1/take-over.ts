import { type OnReadOpts, Socket } from 'node:net';

/** What an accepted socket holds besides what its typings tell. */
interface Accepted {
  _handle?: Handle | null;
}

interface Handle {
  /** Whether the kernel is asked for more. */
  reading?: boolean;
  readStop(): unknown;
}

/**
 * Takes the connection out of a socket that a listener accepted, and gives it to a socket that reads as `onread` says:
 * Node offers that for outgoing connections only. Reading into one buffer for all saves a buffer a read
 * (docs/decisions/0018-http1-server.md). What the accepted socket has read and nobody has taken comes first, as `data`.
 * Undefined where the socket has no handle of its own, as TLS sockets: all of it is to be read by its events then.
 */
export function takeOver(accepted: Socket, onread: OnReadOpts, highWaterMark: number): Socket | undefined {
  const holder = accepted as unknown as Accepted;
  const handle = holder._handle;
  if (handle === undefined || handle === null || accepted.constructor !== Socket) return undefined;
  const ahead: Buffer | null = accepted.readableLength === 0 ? null : accepted.read();
  // Only one socket may read from a handle.
  if (handle.reading === true) {
    handle.reading = false;
    handle.readStop();
  }
  holder._handle = null;
  const options = { handle, onread, allowHalfOpen: true, highWaterMark };
  const socket = new Socket(options);
  if (ahead !== null) socket.unshift(ahead);
  // The listener counts the socket that it accepted.
  return socket.on('close', () => accepted.destroy());
}
