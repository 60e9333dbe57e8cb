import { type OnReadOpts, Socket } from 'node:net';

/** What an accepted socket holds besides what its typings tell. */
interface Accepted {
  _handle?: object | null;
}

/**
 * Takes the connection out of a socket that a listener accepted and has not read from, and gives it to a socket that
 * reads as `onread` says: Node offers that for outgoing connections only. Reading into one buffer for all saves a
 * buffer a read (docs/decisions/0018-http1-server.md). Undefined where the socket has no handle of its own, as TLS
 * sockets, and where bytes were put back into it: it is to be read by its events then.
 */
export function takeOver(accepted: Socket, onread: OnReadOpts, highWaterMark: number): Socket | undefined {
  const holder = accepted as unknown as Accepted;
  const handle = holder._handle;
  if (handle === undefined || handle === null || accepted.constructor !== Socket) return undefined;
  if (accepted.readableLength > 0) return undefined;
  holder._handle = null;
  const options = { handle, onread, allowHalfOpen: true, highWaterMark };
  const socket = new Socket(options);
  // The listener counts the socket that it accepted.
  return socket.on('close', () => accepted.destroy());
}
