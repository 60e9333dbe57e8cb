import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Traffic } from '#gateway/metrics/traffic.js';

const CHILD = fileURLToPath(new URL('./proxy-child.js', import.meta.url));

/** The data plane in a process of its own, which an uncaught exception or unhandled rejection ends. */
export class ProxyProcess {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<readonly [code: number | null, signal: string | null]>;
  readonly #stderr: string[];

  private constructor(port: number, child: ChildProcess, stderr: string[]) {
    this.port = port;
    this.#child = child;
    this.#stderr = stderr;
    this.#ended = once(child, 'exit').then(([code, signal]) => [code, signal] as const);
  }

  static async start(config: object): Promise<ProxyProcess> {
    const child = fork(CHILD, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
    const stderr: string[] = [];
    child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk.toString()));
    child.send(config);
    const [port] = await once(child, 'message');
    return new ProxyProcess(Number(port), child, stderr);
  }

  /** The memory that the process holds, in bytes. */
  async memory(): Promise<number> {
    this.#child.send('memory');
    const [bytes] = await once(this.#child, 'message');
    return Number(bytes);
  }

  /** What its listener has seen so far. */
  async traffic(): Promise<Readonly<Traffic>> {
    this.#child.send('traffic');
    const [traffic] = (await once(this.#child, 'message')) as [Traffic];
    return traffic;
  }

  /** Ends the process. Fails if it has ended by itself, or had anything to say on standard error. */
  async close(): Promise<void> {
    if (this.#child.connected) this.#child.send('close');
    const [code, signal] = await this.#ended;
    const said = this.#stderr.join('');
    assert.equal(said, '', 'the process wrote to standard error');
    assert.deepEqual([code, signal], [0, null], 'the process crashed');
  }
}
