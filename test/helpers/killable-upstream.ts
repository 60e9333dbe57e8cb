import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Answers every request with its port; `/probe` is counted, `/probed` tells how often, `/fail` and `/mend` switch the
 * answers to others to 500 and back. Ends with the process that started it.
 */
const SERVER = `
  let probed = 0;
  let status = 200;
  const server = require('node:http').createServer((request, response) => {
    if (request.url === '/probe') probed += 1;
    if (request.url === '/fail') status = 500;
    if (request.url === '/mend') status = 200;
    if (!['/probe', '/probed', '/fail', '/mend'].includes(request.url)) response.statusCode = status;
    response.end(request.url === '/probed' ? String(probed) : String(server.address().port));
  });
  server.listen(Number(process.argv[1]), '127.0.0.1', () => console.log(server.address().port));
  process.stdin.resume().on('end', () => process.exit());
`;

/** An upstream in a process of its own, to be killed and started again on its port. */
export class KillableUpstream {
  readonly port: number;
  #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(): Promise<KillableUpstream> {
    const { child, port } = await run(0);
    return new KillableUpstream(child, port);
  }

  /** Ends it at once, with whatever it is doing. */
  async kill(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const ended = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** Starts it again, once it was killed. */
  async revive(): Promise<void> {
    this.#child = (await run(this.port)).child;
  }

  /** Asks it directly. */
  async ask(path: string): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.port}${path}`)).text();
  }

  /** How many probes it has seen. */
  async probed(): Promise<number> {
    return Number(await this.ask('/probed'));
  }
}

async function run(wanted: number): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const child = spawn(process.execPath, ['-e', SERVER, String(wanted)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, port: Number(String(line)) };
}
