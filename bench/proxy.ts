/** Measures this gateway against other proxies, side by side in one run. See bench/README.md. */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ContestPlan, holdContest, LETTER } from './contest/contest.js';
import { judge, type Verdict } from './contest/limits.js';
import { doubts, standingsTable } from './contest/report.js';
import { SCENARIO_NAMES, type Scenario, scenarioOf } from './contest/scenario.js';
import { allContestants } from './contestants/all.js';
import type { Contestant } from './contestants/contestant.js';
import type { LoadGenerator } from './load/load.js';
import { sockets } from './load/sockets.js';
import { wrk } from './load/wrk.js';
import { type Options, readOptions } from './options.js';
import { choosePinning, type Pinning } from './process/pinning.js';
import { run } from './run.js';

const NAMES = allContestants(undefined).map(({ name }) => name);

const USAGE = `node .build/bench/proxy.js [options]

  --scenario NAMES     some of ${SCENARIO_NAMES.slice(0, 4).join(', ')},
                       ${SCENARIO_NAMES.slice(4, 10).join(', ')},
                       ${SCENARIO_NAMES.slice(10).join(', ')} (all)
  --contestants NAMES  some of ${NAMES.join(', ')}
                       (all that are installed); the first of them is what the others are compared with
  --rounds N           rounds of each contestant, in turn (3)
  --seconds N          length of a round (5)
  --warmup N           length of the load before a round, which does not count (2)
  --connections N      connections at a time (64)
  --load NAME          wrk or sockets (wrk where it is installed)
  --gateway FLAGS      flags of "gateway start" in place of --workers N, as in --gateway="--workers 0"
  --check              exit 1 where a limit of bench/contest/limits.ts is not reached

Each option is read from the environment too: BENCH_ROUNDS for --rounds.`;

/** Start, check and stop of a contestant, for the guess at how long a run takes, in seconds. */
const TURN_OVERHEAD = 1.5;

/** All that does not change from scenario to scenario. */
type RunPlan = Omit<ContestPlan, 'pinning'>;

async function main(): Promise<void> {
  const options = readOptions(
    {
      values: ['scenario', 'contestants', 'rounds', 'seconds', 'warmup', 'connections', 'load', 'gateway'],
      switches: ['check'],
    },
    USAGE,
  );
  const folder = await mkdtemp(join(tmpdir(), 'gateway-bench-'));
  try {
    await holdContests(options, {
      rounds: options.number('rounds', 3),
      seconds: options.number('seconds', 5),
      warmupSeconds: options.number('warmup', 2),
      connections: options.number('connections', 64),
      folder,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function holdContests(options: Options, plan: RunPlan): Promise<void> {
  const scenarios = options.choices('scenario', SCENARIO_NAMES, SCENARIO_NAMES).map(scenarioOf);
  const contestants = present(options);
  const verdicts: Verdict[] = [];
  let failed = false;
  describeRun(plan, scenarios, contestants);
  for (const scenario of scenarios) {
    const pinning = choosePinning(scenario.workers);
    const load = generatorOf(options, scenario, plan, pinning);
    describeScenario(scenario, load, pinning);
    const able = contestants.filter((contestant) => isAble(contestant, scenario));
    const outcome = await holdContest(scenario, able, load, { ...plan, pinning }, showProgress);
    console.log(standingsTable(outcome.standings));
    for (const failure of outcome.failures) console.log(`FAILED ${failure}`);
    for (const doubt of doubts(scenario, outcome.standings, plan.connections)) console.log(`DOUBT  ${doubt}`);
    verdicts.push(...judge(scenario.name, outcome.standings));
    failed ||= outcome.failures.length > 0;
  }
  if (verdicts.length > 0) console.log('\n## Limits\n');
  for (const { outcome, text } of verdicts) console.log(`${outcome.toUpperCase().padEnd(9)} ${text}`);
  const missed = verdicts.some(({ outcome }) => outcome === 'missed');
  if (failed || (options.has('check') && missed)) process.exitCode = 1;
}

/** Who was asked for and can take part on this machine. */
function present(options: Options): readonly Contestant[] {
  const wanted = options.choices('contestants', NAMES, NAMES);
  return allContestants(options.words('gateway')).filter(({ name, absence }) => {
    if (!wanted.includes(name)) return false;
    const reason = absence();
    if (reason !== undefined) console.log(`without ${name}: ${reason}`);
    return reason === undefined;
  });
}

function isAble({ name, abilities }: Contestant, { needs }: Scenario): boolean {
  const missing = needs.filter((need) => !abilities.includes(need));
  if (missing.length > 0) console.log(`without ${name}: it has no ${missing.join(', ')}\n`);
  return missing.length === 0;
}

function generatorOf(
  options: Options,
  { answerBytes }: Scenario,
  { folder }: RunPlan,
  { others }: Pinning,
): LoadGenerator {
  const installed = options.text('load', 'wrk') === 'wrk' ? wrk(folder, others) : undefined;
  return installed ?? sockets(others, LETTER, answerBytes);
}

function describeRun(
  plan: RunPlan,
  scenarios: readonly Scenario[],
  contestants: readonly Contestant[],
): void {
  const { rounds, seconds, warmupSeconds, connections } = plan;
  const [processor] = cpus();
  console.log(`Node.js ${process.version}, ${cpus().length} cores (${processor?.model.trim()});`);
  console.log(
    `${rounds} ${rounds === 1 ? 'round' : 'rounds'} of ${seconds} s in turn, ${connections} connections; medians.`,
  );
  const turns = scenarios.reduce((sum, { baseline }) => sum + contestants.length + (baseline ? 1 : 0), 0);
  const minutes = (turns * rounds * (seconds + warmupSeconds + TURN_OVERHEAD)) / 60;
  showProgress(`this takes about ${Math.ceil(minutes)} min`);
}

function describeScenario({ name, title }: Scenario, load: LoadGenerator, pinning: Pinning): void {
  const { measured, others } = pinning;
  const place =
    measured === undefined
      ? 'nothing pinned'
      : `contestant on core ${measured}, load and upstream on ${others === measured ? 'the same' : others}`;
  console.log(`\n## ${title} (${name})\n\nload from ${load.name}; ${place}\n`);
}

/** Progress goes where it is in nobody's way: to standard error. */
function showProgress(line: string): void {
  console.error(line);
}

await run(main);
