import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A process that listens and then sleeps: it accepts nothing. Left alone, it ends after a minute. */
const LISTEN = `
  const server = require('node:net').createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    require('node:fs').writeSync(1, String(server.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
    process.exit();
  });
`;
/** More than the kernel keeps for a backlog of 1. */
const FILLERS = 6;

/** A port that takes no connection: its backlog is full, so that connecting to it hangs. */
export class FullBacklog {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #fillers: readonly Socket[];

  private constructor(port: number, child: ChildProcess, fillers: readonly Socket[]) {
    this.port = port;
    this.#child = child;
    this.#fillers = fillers;
  }

  static async open(): Promise<FullBacklog> {
    const child = spawn(process.execPath, ['-e', LISTEN], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [output] = await once(child.stdout, 'data');
    const port = Number(String(output));
    const fillers = Array.from({ length: FILLERS }, () =>
      connect({ port, host: '127.0.0.1' }).on('error', () => {}),
    );
    // The first one is in, so the others have been tried as well.
    await Promise.race(fillers.map((socket) => once(socket, 'connect')));
    return new FullBacklog(port, child, fillers);
  }

  async close(): Promise<void> {
    for (const socket of this.#fillers) socket.destroy();
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }
}
