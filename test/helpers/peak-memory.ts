import { setTimeout as delay } from 'node:timers/promises';
import type { ProxyProcess } from './proxy-process.js';

/** How often to look, in milliseconds. */
const INTERVAL = 20;

/** By how many bytes the process had grown at the most while `work` was done. Rejects where `work` does. */
export async function peakGrowth(proxy: ProxyProcess, work: Promise<unknown>): Promise<number> {
  let working = true;
  const done = work.finally(() => {
    working = false;
  });
  // Its failure is seen below.
  done.catch(() => {});
  const before = await proxy.memory();
  let peak = before;
  while (working) {
    peak = Math.max(peak, await proxy.memory());
    await delay(INTERVAL);
  }
  await done;
  return peak - before;
}
