import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { type AskOptions, AskTimeout } from './ask.js';

/**
 * Sends a query in one datagram and waits for the reply. The socket is one of its own, so that the system draws a
 * random port for it, and connected, so that only the nameserver's datagrams and refusals arrive (RFC 5452, 9).
 */
export function askUdp<T>({ server, query, read, timeout, signal }: AskOptions<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(server.host) ? 'udp6' : 'udp4');
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      socket.removeAllListeners();
      // An error of a socket that is being closed concerns nobody.
      socket.on('error', () => undefined);
      socket.close();
      settle();
    };
    const fail = (error: unknown): void => end(() => reject(error));
    const aborted = (): void => fail(signal.reason);
    const timer = setTimeout(() => fail(new AskTimeout(`no reply within ${timeout} ms`)), timeout);
    socket.on('error', fail);
    socket.on('message', (bytes) => {
      try {
        const reply = read(bytes);
        if (reply !== undefined) end(() => resolve(reply));
      } catch (error) {
        fail(error);
      }
    });
    signal.addEventListener('abort', aborted);
    socket.connect(server.port, server.host, () => socket.send(query));
  });
}
