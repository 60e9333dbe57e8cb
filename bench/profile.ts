/** Where this gateway's CPU time goes under load: its functions by self time. See bench/README.md. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkAnswers } from './contest/check-answers.js';
import { LETTER } from './contest/contest.js';
import { type Stretch, selfTimes } from './contest/cpu-profile.js';
import { runRound } from './contest/round.js';
import { SCENARIO_NAMES, scenarioOf } from './contest/scenario.js';
import { startGateway } from './contestants/gateway.js';
import { sockets } from './load/sockets.js';
import { wrk } from './load/wrk.js';
import { type Options, readOptions } from './options.js';
import { choosePinning } from './process/pinning.js';
import { run } from './run.js';
import { figure, table } from './table.js';
import { startUpstream } from './upstream/upstream.js';

const USAGE = `node .build/bench/profile.js [options]

  --scenario NAME     one of the scenarios of proxy.js (small)
  --seconds N         length of the load (10)
  --connections N     connections at a time (64)
  --top N             functions shown (25)
  --gateway FLAGS     flags of "gateway start" (--workers 0: all in the one process that is looked at)`;

async function main(): Promise<void> {
  const options = readOptions(
    { values: ['scenario', 'seconds', 'connections', 'top', 'gateway'], switches: [] },
    USAGE,
  );
  const folder = await mkdtemp(join(tmpdir(), 'gateway-profile-'));
  try {
    const { text, stretch } = await profile(options, folder);
    const functions = selfTimes(text, stretch);
    const shown = functions.slice(0, options.number('top', 25));
    const rows = shown.map(({ name, place, share }) => [name, place, `${figure(100 * share, 1)} %`]);
    console.log(table(['function', 'place', 'self time'], rows));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a profiled gateway wrote when it was stopped, and when it was under load. */
interface Profiled {
  readonly text: string;
  readonly stretch: Stretch;
}

async function profile(options: Options, folder: string): Promise<Profiled> {
  const [name = 'small'] = options.choices('scenario', ['small'], SCENARIO_NAMES);
  const scenario = scenarioOf(name);
  const pinning = choosePinning();
  const upstream = await startUpstream(LETTER, pinning.others, scenario.upstreamScheme);
  const setting = { scenario, upstream, folder, cores: pinning.measured };
  const flags = options.words('gateway') ?? ['--workers', '0'];
  let stretch: Stretch = { from: 0, to: 0 };
  const running = await startGateway(setting, flags, ['--cpu-prof', `--cpu-prof-dir=${folder}`]);
  try {
    await checkAnswers(running.origin, scenario, LETTER, true);
    const load = wrk(folder, pinning.others) ?? sockets(pinning.others, LETTER, scenario.answerBytes);
    const from = monotonicMicroseconds();
    const round = await runRound(running, upstream, load, scenario, {
      connections: options.number('connections', 64),
      seconds: options.number('seconds', 10),
    });
    stretch = { from, to: monotonicMicroseconds() };
    console.log(
      `${figure(round.perSecond)} requests/s, ${figure(round.perCpuSecond)} per CPU-second, profiled`,
    );
  } finally {
    await Promise.all([running.stop(), upstream.stop()]);
  }
  const written = (await readdir(folder)).find((file) => file.endsWith('.cpuprofile'));
  if (written === undefined) throw new Error('the gateway wrote no profile');
  return { text: await readFile(join(folder, written), 'utf8'), stretch };
}

function monotonicMicroseconds(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

await run(main);
