/** Measures this gateway against other proxies, side by side in one run. See bench/README.md. */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ContestPlan, holdContest, LETTER } from './contest/contest.js';
import { missedLimits } from './contest/limits.js';
import { doubts, standingsTable } from './contest/report.js';
import { makeScenario, SCENARIO_NAMES } from './contest/scenario.js';
import type { ContestantKind } from './contestants/contestant.js';
import { CONTESTANT_KINDS } from './contestants/kinds.js';
import { sockets } from './load/sockets.js';
import { wrk } from './load/wrk.js';
import { type Options, readOptions } from './options.js';
import { choosePinning } from './process/pinning.js';
import { run } from './run.js';

const NAMES = CONTESTANT_KINDS.map(({ name }) => name);

const USAGE = `node .build/bench/proxy.js [options]

  --scenario NAMES    some of ${SCENARIO_NAMES.join(', ')}, or all (small)
  --against NAMES     some of ${NAMES.slice(1).join(', ')} (all that are installed)
  --rounds N          rounds of each contestant, in turn (5)
  --seconds N         length of a round (5)
  --warmup N          length of the load before a round, which does not count (2)
  --connections N     keep-alive connections (64)
  --routes N          routes in the scenarios that are about routes (10000)
  --load NAME         wrk or sockets (wrk where it is installed)
  --check             exit 1 where a limit of bench/contest/limits.ts is not reached

Each option is read from the environment too: BENCH_ROUNDS for --rounds.`;

async function main(): Promise<void> {
  const options = readOptions(
    {
      values: ['scenario', 'against', 'rounds', 'seconds', 'warmup', 'connections', 'routes', 'load'],
      switches: ['check'],
    },
    USAGE,
  );
  const folder = await mkdtemp(join(tmpdir(), 'gateway-bench-'));
  try {
    await holdContests(options, {
      rounds: options.number('rounds', 5),
      seconds: options.number('seconds', 5),
      warmupSeconds: options.number('warmup', 2),
      connections: options.number('connections', 64),
      pinning: choosePinning(),
      folder,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function holdContests(options: Options, plan: ContestPlan): Promise<void> {
  const kinds = kindsOf(options);
  const names = options.choices('scenario', ['small'], [...SCENARIO_NAMES, 'all']);
  const missed: string[] = [];
  describeRun(plan);
  for (const name of names.includes('all') ? SCENARIO_NAMES : names) {
    const scenario = makeScenario(name, options.number('routes', 10_000));
    const installed =
      options.text('load', 'wrk') === 'wrk' ? wrk(plan.folder, plan.pinning.others) : undefined;
    const load = installed ?? sockets(plan.pinning.others, LETTER, scenario.answerBytes);
    console.log(`\n## ${scenario.title} (${name}; load from ${load.name})\n`);
    const standings = await holdContest(scenario, kinds, load, plan, showProgress);
    console.log(standingsTable(standings));
    for (const doubt of doubts(standings, plan.connections)) console.log(`DOUBT  ${doubt}`);
    missed.push(...missedLimits(name, standings));
  }
  for (const limit of missed) console.log(`MISSED ${limit}`);
  if (options.has('check') && missed.length > 0) process.exitCode = 1;
}

function kindsOf(options: Options): readonly ContestantKind[] {
  const wanted = options.choices('against', NAMES, NAMES);
  const [first, ...others] = CONTESTANT_KINDS;
  const present = others.filter((kind) => {
    const absence = kind.absence();
    if (wanted.includes(kind.name) && absence !== undefined) console.log(`without ${kind.name}: ${absence}`);
    return wanted.includes(kind.name) && absence === undefined;
  });
  return first === undefined ? present : [first, ...present];
}

function describeRun({ rounds, seconds, connections, pinning }: ContestPlan): void {
  const [processor] = cpus();
  const pinned =
    pinning.measured === undefined
      ? 'not pinned'
      : `contestant on core ${pinning.measured}, load and upstream on ${pinning.others}`;
  console.log(`Node.js ${process.version}, ${cpus().length} cores (${processor?.model.trim()}), ${pinned};`);
  console.log(
    `${rounds} ${rounds === 1 ? 'round' : 'rounds'} of ${seconds} s in turn, ${connections} keep-alive connections; medians.`,
  );
}

/** Progress goes where it is in nobody's way: to standard error. */
function showProgress(line: string): void {
  console.error(line);
}

await run(main);
