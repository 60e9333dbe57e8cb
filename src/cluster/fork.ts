import cluster from 'node:cluster';
import type { WorkerEnd, WorkerPort } from './worker-process.js';
import { WORKER_SETTINGS, type WorkerSettings } from './worker-settings.js';

/**
 * V8's flags: what bin/gateway.js sets for the primary, and why, holds for workers too. With half of the default for young
 * objects, a collection takes half as long while a large config arrives, of which all survives.
 */
const V8_FLAGS = ['--no-allocation-site-pretenuring', '--max-semi-space-size=8'];

/** Starts worker processes that run the module at `entry` and share the listening sockets. */
export function forkWorker(entry: string, settings: WorkerSettings): WorkerPort {
  // With SCHED_NONE the workers accept by themselves: a primary that is busy loading keeps no client waiting.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ exec: entry, args: [], execArgv: [...process.execArgv, ...V8_FLAGS] });
  const worker = cluster.fork({ [WORKER_SETTINGS]: JSON.stringify(settings) });
  const { pid } = worker.process;
  return {
    pid: pid ?? 0,
    send(message) {
      // A channel that is closed says so to the callback; the end of the process is told by its own event.
      if (worker.isConnected()) worker.send(message, () => undefined);
    },
    onMessage: (listener) => worker.on('message', listener),
    onEnd(listener) {
      worker.once('exit', (code: number | null, signal: string | null) => listener(endOf(code, signal)));
      worker.on('error', () => {
        // A process that was never there has no exit.
        if (pid === undefined) listener({ code: null, signal: 'a failure to start' });
      });
    },
    kill: (signal) => worker.process.kill(signal),
  };
}

/** Node gives an empty signal where there was none. */
function endOf(code: number | null, signal: string | null): WorkerEnd {
  return signal === null || signal === '' ? { code, signal: null } : { code: null, signal };
}
