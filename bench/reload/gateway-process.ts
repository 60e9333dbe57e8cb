/**
 * The gateway with its watcher and its Admin API, as `gateway start` runs it, in a process whose heap and whose event
 * loop can be looked at: `node --expose-gc gateway-process.js CONFIG`.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Gateway } from '#gateway/gateway.js';
import { createLogger } from '#gateway/log.js';
import { readSettings } from '#gateway/settings.js';
import { answerCalls } from '../process/calls.js';

/** How often the event loop's delay is looked at, in milliseconds; what it reports includes this. */
const RESOLUTION = 1;

const listen = { proxyListen: '127.0.0.1:0', adminListen: '127.0.0.1:0' };
const settings = readSettings({ config: process.argv.slice(2, 3), ...listen, logLevel: 'crit' }, {});
const gateway = new Gateway({ settings, log: createLogger('crit', process.stderr) });
const delay = monitorEventLoopDelay({ resolution: RESOLUTION });

/** The least of a few looks, each after a collection: what a turn has let go of is gone at the next. */
async function heapUsed(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 10; look += 1) {
    globalThis.gc?.();
    least = Math.min(least, process.memoryUsage().heapUsed);
    await nextTurn();
  }
  return least;
}

/** The longest the event loop was held up since the last call, in milliseconds. */
function longestDelay(): number {
  const longest = Math.max(0, delay.max / 1e6 - RESOLUTION);
  delay.reset();
  return longest;
}

answerCalls({ heapUsed, longestDelay });

const { proxy, admin } = await gateway.start();
delay.enable();
console.log(`ready ${proxy[0]?.port} ${admin[0]?.port}`);

process.on('SIGTERM', async () => {
  await gateway.close();
  process.exit(0);
});
