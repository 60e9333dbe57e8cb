import { connect } from 'node:net';
import { AskMismatch, type AskOptions, AskTimeout } from './ask.js';

/**
 * Sends a query over a connection of its own and waits for the reply, each with its length in front (RFC 1035, 4.2.2).
 * A message that is no reply to it ends the exchange, as there is nothing else to wait for.
 */
export function askTcp<T>({ server, query, read, timeout, signal }: AskOptions<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server.host, port: server.port });
    let received = Buffer.alloc(0);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      socket.removeAllListeners();
      // An error of a socket that is being closed concerns nobody.
      socket.on('error', () => undefined);
      socket.destroy();
      settle();
    };
    const fail = (error: unknown): void => end(() => reject(error));
    const aborted = (): void => fail(signal.reason);
    const timer = setTimeout(() => fail(new AskTimeout(`no whole reply within ${timeout} ms`)), timeout);
    socket.on('error', fail);
    socket.on('end', () => fail(new Error('the connection ended before the reply did')));
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      const message = wholeMessage(received);
      if (message === undefined) return;
      try {
        const reply = read(message);
        if (reply === undefined) fail(new AskMismatch('what came is no reply to the query'));
        else end(() => resolve(reply));
      } catch (error) {
        fail(error);
      }
    });
    signal.addEventListener('abort', aborted);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(query.length);
    socket.write(Buffer.concat([length, query]));
  });
}

function wholeMessage(received: Buffer): Buffer | undefined {
  if (received.length < 2) return undefined;
  const end = 2 + received.readUInt16BE(0);
  return received.length < end ? undefined : received.subarray(2, end);
}
