import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ask } from './calls.js';

/** How long a process may take to say that it is ready, and to end when asked to, in milliseconds. */
const START_LIMIT = 60_000;
const STOP_LIMIT = 5_000;

/** A process of this run. */
export interface Launched {
  readonly pid: number;
  /** When it was started, by `performance.now()`. */
  readonly spawnedAt: number;
  /** All it has written so far, both streams. */
  output(): string;
  /** Resolves with the first match in what it writes; rejects when it ends before, or takes too long. */
  untilWritten(pattern: RegExp): Promise<RegExpExecArray>;
  /** Calls a function that a script of ours offers (see calls.ts). */
  ask(name: string, argument?: unknown): Promise<unknown>;
  /** Resolves with what it has written when it has ended by itself. */
  readonly ended: Promise<string>;
  /** Ends it, and resolves when it is gone. Idempotent. */
  stop(): Promise<void>;
}

export interface LaunchOptions {
  /** The cores it may use, as taskset takes them; undefined for all. */
  readonly cores: string | undefined;
  /** Flags for Node.js itself, where a script is launched. */
  readonly node?: readonly string[];
  /** Variables on top of those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

const running = new Set<ChildProcess>();

// Programs that have processes of their own end those only when they are asked to.
process.on('exit', () => {
  for (const child of running) child.kill('SIGTERM');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

/** Starts a script of ours, given by its address next to `import.meta.url`. */
export function launchScript(script: URL, args: readonly string[], options: LaunchOptions): Launched {
  const node = [...(options.node ?? []), fileURLToPath(script), ...args];
  return launchProgram(process.execPath, node, options, true);
}

/** Starts a program. With `calls` it gets a channel to be asked over. */
export function launchProgram(
  program: string,
  args: readonly string[],
  options: LaunchOptions,
  calls = false,
): Launched {
  const { cores } = options;
  // Taskset replaces itself by the program, so that the pid is the program's.
  const [command, parameters] =
    cores === undefined ? [program, args] : ['taskset', ['-c', cores, program, ...args]];
  const spawnedAt = performance.now();
  const child = spawn(command, parameters, {
    stdio: ['ignore', 'pipe', 'pipe', ...(calls ? (['ipc'] as const) : [])],
    env: { ...withoutNodeOptions(), ...options.env },
  });
  return track(child, spawnedAt, [program, ...args].join(' '));
}

function track(child: ChildProcess, spawnedAt: number, command: string): Launched {
  running.add(child);
  let written = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      written += text;
      for (const listener of listeners) listener();
    });
  }
  // A program that cannot be started emits 'error' only.
  child.on('error', (error) => {
    written += error.message;
    child.emit('close');
  });
  const ended = once(child, 'close').then(() => {
    running.delete(child);
    return written;
  });
  return {
    pid: child.pid ?? 0,
    spawnedAt,
    output: () => written,
    untilWritten: (pattern) => untilWritten(pattern, command, () => written, listeners, ended),
    ask: (name, argument) => ask(child, name, argument),
    ended,
    stop: () => stop(child, ended),
  };
}

async function untilWritten(
  pattern: RegExp,
  command: string,
  written: () => string,
  listeners: Set<() => void>,
  ended: Promise<string>,
): Promise<RegExpExecArray> {
  let look: () => void = () => undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<RegExpExecArray>((resolve, reject) => {
      look = () => {
        const match = pattern.exec(written());
        if (match !== null) resolve(match);
      };
      timer = setTimeout(
        () => reject(new Error(`${command}: no ready line in ${START_LIMIT} ms\n${written()}`)),
        START_LIMIT,
      );
      listeners.add(look);
      ended.then(() => reject(new Error(`${command}: ended early\n${written()}`)));
      look();
    });
  } finally {
    clearTimeout(timer);
    listeners.delete(look);
  }
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (!running.has(child)) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT);
  await ended;
  clearTimeout(timer);
}

/** What this run's Node.js was told must not change how the measured ones run. */
function withoutNodeOptions(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return env;
}
