/** Hot swaps under load: nothing may fail, nothing may be cut, nothing may be kept. See bench/README.md. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { GATEWAY_SCRIPT } from './contestants/gateway.js';
import { requestText } from './load/load.js';
import { type RunningLoad, startLoad } from './load/sockets.js';
import type { TallyReport } from './load/tally.js';
import { type Options, readOptions } from './options.js';
import { launchScript } from './process/launch.js';
import { choosePinning } from './process/pinning.js';
import { goodConfig, LIVE_PREFIX } from './reload/configs.js';
import { Probes } from './reload/probes.js';
import { faultsOf, type ReloadRun, showRun } from './reload/report.js';
import { type Swap, Swapper, type SwapScene } from './reload/swaps.js';
import { run } from './run.js';
import { bytesPath } from './upstream/answers.js';
import { startUpstream } from './upstream/upstream.js';

const BODY_BYTES = 100;
const REQUEST = {
  method: 'GET',
  host: 'bench.test',
  path: LIVE_PREFIX + bytesPath(BODY_BYTES),
  bodyBytes: 0,
  close: false,
} as const;

/** As users start it, with its watcher and its Admin API; only what it logs of bad configs is left out. */
const START = [
  ...['start', '--proxy-listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0'],
  ...['--status-listen', 'off'],
  ...['--log-level', 'crit'],
];
const READY = /^proxy +(http:\S+)$[\s\S]*^admin +(http:\S+)$[\s\S]*^watching/m;

const USAGE = `node .build/bench/reload.js [options]

  --swaps N           saves, good and bad in turn (1000)
  --routes N          routes of the config (10)
  --connections N     keep-alive connections of load (64)
  --seconds N         length of the load before and after the saves (3)
  --workers N         workers of the gateway, or 0 for none, or auto (1)
  --gateway FLAGS     flags of "gateway start" in place of --workers

Exits 1 where a request failed, a connection was cut, a save was not judged as it should, or the heap after the last
half of the saves is more than 5 % larger than after the first. Each option is read from the environment too:
BENCH_SWAPS for --swaps.`;

async function main(): Promise<void> {
  const options = readOptions(
    { values: ['swaps', 'routes', 'connections', 'seconds', 'workers', 'gateway'], switches: [] },
    USAGE,
  );
  const folder = await mkdtemp(join(tmpdir(), 'gateway-reload-'));
  try {
    const run = await swapUnderLoad(options, folder);
    showRun(run);
    const faults = faultsOf(run);
    for (const fault of faults) console.log(`FAILED ${fault}`);
    if (faults.length > 0) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Starts everything, and stops it again. */
async function swapUnderLoad(options: Options, folder: string): Promise<ReloadRun> {
  const workers = options.text('workers', '1');
  const { measured, others } = choosePinning(Number(workers) > 1 ? Number(workers) : 1);
  const routes = options.number('routes', 10);
  const connections = options.number('connections', 64);
  const targets = [await startUpstream('a', others), await startUpstream('b', others)] as const;
  const file = join(folder, 'kong.yaml');
  await writeFile(file, goodConfig(routes, targets[0]));
  const probes = new Probes(await mkdtemp(join(folder, 'probes-')));
  const flags = options.words('gateway') ?? ['--workers', workers];
  const gateway = launchScript(GATEWAY_SCRIPT, [...START, '--config', file, ...flags], {
    cores: measured,
    env: probes.environment,
  });
  try {
    const [, proxy = '', admin = ''] = await gateway.untilWritten(READY);
    const requests = [requestText(REQUEST)];
    const plan = { origin: proxy, connections, requests, letters: ['a', 'b'], bodyBytes: BODY_BYTES };
    const load = await startLoad(plan, others);
    const scene = { probes, proxy, admin, file, targets, routes, request: REQUEST };
    return await measure(scene, load, options, connections);
  } finally {
    await Promise.all([gateway.stop(), ...targets.map((target) => target.stop())]);
  }
}

async function measure(
  scene: SwapScene,
  load: RunningLoad,
  options: Options,
  connections: number,
): Promise<ReloadRun> {
  const milliseconds = options.number('seconds', 3) * 1000;
  const half = Math.ceil(options.number('swaps', 1000, 2) / 2);
  const swapper = new Swapper(scene);
  const swapHalf = async (): Promise<readonly Swap[]> => {
    const swaps: Swap[] = [];
    while (swaps.length < half) swaps.push(await swapper.next());
    return swaps;
  };
  // Requests under way would count as memory that is kept.
  const heapUsed = () => load.quietly(() => scene.probes.heapUsed());
  await delay(milliseconds);
  const before = await load.take();
  const first = await swapHalf();
  const heapAfterFirst = await heapUsed();
  console.error(`${half} saves done`);
  const second = await swapHalf();
  const during: TallyReport = await load.take();
  const heapAfterSecond = await heapUsed();
  await delay(milliseconds);
  const after = await load.stop();
  const swaps = [...first, ...second];
  const { routes } = scene;
  return { routes, connections, before, during, after, swaps, heapAfterFirst, heapAfterSecond };
}

await run(main);
