/**
 * Preloaded into each process of a gateway that is measured: its heap and its event loop can be asked for over a
 * socket file in the folder that BENCH_PROBES names, while the process runs as its users run it.
 */
import cluster from 'node:cluster';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';
import type { ProbeAnswer } from './probes.js';

/** How often the event loop's delay is looked at, in milliseconds; what it reports includes this. */
const RESOLUTION = 1;
const LOOKS = 10;

function listen(folder: string): void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  delay.enable();
  // The flag cannot stand in NODE_OPTIONS, by which alone workers are sure to get it; new contexts heed it.
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const file = join(folder, `${process.pid}.sock`);

  const answer = async (question: string): Promise<ProbeAnswer> => {
    const longest = Math.max(0, delay.max / 1e6 - RESOLUTION);
    delay.reset();
    const heapUsed = question === 'heap' ? await leastHeap(collect) : 0;
    return { isWorker: cluster.isWorker, longestDelay: longest, heapUsed };
  };
  const server = createServer({ noDelay: true }, (socket) => {
    socket.once('data', async (question) => {
      socket.end(JSON.stringify(await answer(question.toString())));
    });
    // Who asked has gone away.
    socket.on('error', () => socket.destroy());
    socket.unref();
  });
  // Exclusive: a worker's listener would otherwise be the primary's.
  server.listen({ path: file, exclusive: true }).unref();
  process.on('exit', () => rmSync(file, { force: true }));
}

/** The least of a few looks, each after a collection: what a turn has let go of is gone at the next. */
async function leastHeap(collect: () => void): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < LOOKS; look += 1) {
    collect();
    least = Math.min(least, process.memoryUsage().heapUsed);
    await nextTurn();
  }
  return least;
}

const { BENCH_PROBES } = process.env;
if (BENCH_PROBES !== undefined && isMainThread) listen(BENCH_PROBES);
