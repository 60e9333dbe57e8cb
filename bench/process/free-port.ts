import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Launched } from './launch.js';

/** How often to look whether a program listens, in milliseconds. */
const POLL_INTERVAL = 2;

/** A port of loopback that nobody listens on, for programs that cannot choose and tell one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}

/** Resolves once the process takes connections on `port`; rejects when it ends before. */
export async function untilListening(port: number, launched: Launched): Promise<void> {
  let output: string | undefined;
  void launched.ended.then((written) => {
    output = written;
  });
  while (!(await accepts(port))) {
    if (output !== undefined) throw new Error(`ended before it listened on port ${port}\n${output}`);
    await delay(POLL_INTERVAL);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
