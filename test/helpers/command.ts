import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from './root.js';
import { waitFor } from './wait-for.js';

const GATEWAY = join(root, 'bin', 'gateway.js');
const { PATH } = process.env;

/** How long a start may take, a large config and a busy machine included, in milliseconds. */
const READY_LIMIT = 60_000;

/** How a process ended, and all it wrote. */
export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process under test. */
export interface Launched {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
  /** Ends it in any case, and waits until it has. */
  stop(): Promise<void>;
}

/** A gateway in a process of its own. */
export interface SpawnedGateway extends Launched {
  readonly proxyPort: number;
  readonly adminPort: number;
}

export interface LaunchOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Flags for Node.js itself. */
  readonly node?: readonly string[];
}

/** Starts a script; nothing of this process's environment but PATH reaches it. */
export function launch(script: string, args: readonly string[], options: LaunchOptions = {}): Launched {
  const child = spawn(process.execPath, [...(options.node ?? []), script, ...args], {
    cwd: options.cwd ?? root,
    env: { PATH, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  const ended = endOf(child).then((code) => ({ code, ...written }));
  return {
    pid: child.pid ?? 0,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    signal: (name) => child.kill(name),
    ended,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function endOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

/** Runs `gateway ARGS` to its end. */
export async function runGateway(args: readonly string[], options: LaunchOptions = {}): Promise<Ended> {
  return launch(GATEWAY, args, options).ended;
}

/** Runs `gateway start ARGS` on free ports of loopback, and waits until it says that it is ready. */
export async function spawnGateway(
  args: readonly string[],
  options: LaunchOptions = {},
): Promise<SpawnedGateway> {
  const listen = ['--proxy-listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0', '--status-listen', 'off'];
  const launched = launch(GATEWAY, ['start', ...listen, ...args], options);
  try {
    await untilReady(launched);
  } catch (error) {
    await launched.stop();
    throw error;
  }
  return {
    ...launched,
    proxyPort: portOf('proxy', launched.stdout()),
    adminPort: portOf('admin', launched.stdout()),
  };
}

/** Waits for the last line of a start; a process that ends before fails with what it said. */
export async function untilReady(launched: Launched): Promise<void> {
  let ended: Ended | undefined;
  launched.ended.then((how) => {
    ended = how;
  });
  await waitFor(
    'the ready line',
    () => {
      if (ended !== undefined) throw new Error(`ended with ${ended.code}: ${ended.stdout}${ended.stderr}`);
      return /^(not )?watching .*$/m.test(launched.stdout());
    },
    READY_LIMIT,
  );
}

/** The port in a line like `proxy   http://127.0.0.1:8000`; 0 when the listener is off. */
export function portOf(name: string, output: string): number {
  return Number(new RegExp(`^${name} +https?://.*:(\\d+)$`, 'm').exec(output)?.[1] ?? 0);
}
