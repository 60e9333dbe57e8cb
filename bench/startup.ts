/** What a start costs: time to the first proxied answer, and memory at rest. See bench/README.md. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checkAnswers, exchange } from './contest/check-answers.js';
import { LETTER } from './contest/contest.js';
import { type Scenario, scenarioOf } from './contest/scenario.js';
import { allContestants } from './contestants/all.js';
import type { Contestant, Running } from './contestants/contestant.js';
import { type Options, readOptions } from './options.js';
import { canReadUsage, readUsages } from './process/usage.js';
import { run } from './run.js';
import { median } from './statistics.js';
import { figure, table } from './table.js';
import { startUpstream, type Upstream } from './upstream/upstream.js';

const NAMES = allContestants(undefined).map(({ name }) => name);
const SIZES = ['small', 'prefix-1k', 'prefix-10k'] as const;

const USAGE = `node .build/bench/startup.js [options]

  --contestants NAMES  some of ${NAMES.join(', ')} (all that are installed)
  --scenario NAMES     some of ${SIZES.join(', ')} (all)
  --rounds N           starts of each contestant, in turn (5)
  --rest N             seconds from the first answer until the memory is looked at (1)
  --workers N          workers of each contestant that has any (1)
  --gateway FLAGS      flags of "gateway start" in place of --workers N

Each option is read from the environment too: BENCH_ROUNDS for --rounds.`;

const HEAD = ['contestant', 'first answer ms', 'longest', 'RSS MiB', 'each process'];

/** What one start came to. */
interface Start {
  /** From the process' being started to its first proxied answer. */
  readonly milliseconds: number;
  /** Of each process, parents before their children. */
  readonly rssBytes: readonly number[];
}

async function main(): Promise<void> {
  const values = ['contestants', 'scenario', 'rounds', 'rest', 'workers', 'gateway'];
  const options = readOptions({ values, switches: [] }, USAGE);
  const folder = await mkdtemp(join(tmpdir(), 'gateway-startup-'));
  const upstream = await startUpstream(LETTER, undefined);
  try {
    for (const name of options.choices('scenario', SIZES, SIZES)) {
      // Without workers there is a gateway only; the others have one at least.
      const scenario = { ...scenarioOf(name), workers: Math.max(1, options.number('workers', 1, 0)) };
      console.log(`\n## ${scenario.routes.length.toLocaleString('en-US')} routes (${name})\n`);
      console.log(await measure(scenario, upstream, folder, options));
    }
  } finally {
    await upstream.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  scenario: Scenario,
  upstream: Upstream,
  folder: string,
  options: Options,
): Promise<string> {
  const rest = options.number('rest', 1, 0) * 1000;
  const starts = present(options).map((contestant) => ({ contestant, done: [] as Start[] }));
  for (let round = 0; round < options.number('rounds', 5); round += 1) {
    for (const { contestant, done } of starts) {
      done.push(await startOnce(contestant, scenario, upstream, await mkdtemp(join(folder, 'turn-')), rest));
    }
  }
  return table(
    HEAD,
    starts.map(({ contestant, done }) => rowOf(contestant.name, done)),
  );
}

/** Not pinned: a start may use what the machine has. */
async function startOnce(
  contestant: Contestant,
  scenario: Scenario,
  upstream: Upstream,
  folder: string,
  rest: number,
): Promise<Start> {
  const running = await contestant.start({ scenario, upstream, folder, cores: undefined });
  try {
    const [request] = scenario.requests;
    if (request === undefined) throw new Error('the scenario has no requests');
    const [answer] = await exchange(running.origin, [request]);
    const milliseconds = performance.now() - running.spawnedAt;
    if (answer?.status !== 200) throw new Error(`${contestant.name}: first answered ${answer?.status}`);
    await delay(rest);
    const rssBytes = await memoryOf(running);
    await checkAnswers(running.origin, scenario, LETTER, contestant.abilities.includes('routes'));
    return { milliseconds, rssBytes };
  } finally {
    await running.stop();
  }
}

async function memoryOf({ pid, usage }: Running): Promise<readonly number[]> {
  if (canReadUsage) return readUsages(pid).map(({ rssBytes }) => rssBytes);
  return usage === undefined ? [] : [(await usage()).rssBytes];
}

function rowOf(name: string, starts: readonly Start[]): readonly string[] {
  const times = starts.map(({ milliseconds }) => milliseconds);
  const [first] = starts;
  const each = (first?.rssBytes ?? []).map((_, index) =>
    median(starts.map(({ rssBytes }) => rssBytes[index] ?? Number.NaN)),
  );
  const mebibytes = (bytes: number) => figure(bytes / 2 ** 20);
  const sum = each.reduce((a, b) => a + b, 0);
  return [
    name,
    figure(median(times)),
    figure(Math.max(...times)),
    mebibytes(sum),
    each.map(mebibytes).join(' + '),
  ];
}

function present(options: Options): readonly Contestant[] {
  const wanted = options.choices('contestants', NAMES, NAMES);
  const flags = options.words('gateway') ?? ['--workers', options.text('workers', '1')];
  return allContestants(flags).filter(
    ({ name, absence }) => wanted.includes(name) && absence() === undefined,
  );
}

await run(main);
