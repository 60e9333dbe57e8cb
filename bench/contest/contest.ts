import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contestant } from '../contestants/contestant.js';
import type { LoadGenerator } from '../load/load.js';
import type { Pinning } from '../process/pinning.js';
import { startUpstream, type Upstream } from '../upstream/upstream.js';
import { checkAnswers } from './check-answers.js';
import { type Round, runRound } from './round.js';
import type { Scenario } from './scenario.js';

/** How long, how often and how hard. */
export interface ContestPlan {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
  readonly connections: number;
  readonly pinning: Pinning;
  /** An empty folder for config files. */
  readonly folder: string;
}

/** What a contestant did in all its rounds. */
export interface Standing {
  readonly name: string;
  readonly rounds: readonly Round[];
}

/** Who did what, in the order of the contestants, and why others did nothing. */
export interface Outcome {
  readonly standings: readonly Standing[];
  /** One sentence for each contestant that did not start, answered wrongly or broke. */
  readonly failures: readonly string[];
}

/** A contestant of one scenario. Rounds are noted as they come. */
interface Entrant {
  readonly name: string;
  readonly contestant: Contestant;
  readonly scenario: Scenario;
  readonly rounds: Round[];
  failure: string | undefined;
}

/** The letter of the upstream. */
export const LETTER = 'a';

/**
 * Lets the contestants take turns. Each turn is a fresh process, which must answer right before it counts: how the
 * engine happened to compile one process is no property of the program. The first one takes part in the scenario's
 * baseline too. One that fails is out of this scenario.
 */
export async function holdContest(
  scenario: Scenario,
  contestants: readonly Contestant[],
  load: LoadGenerator,
  plan: ContestPlan,
  tell: (line: string) => void,
): Promise<Outcome> {
  const upstream = await startUpstream(LETTER, plan.pinning.others, scenario.upstreamScheme);
  const entrants = entrantsOf(scenario, contestants);
  try {
    for (let number = 1; number <= plan.rounds; number += 1) {
      for (const entrant of entrants.filter(({ failure }) => failure === undefined)) {
        const came = await takeTurn(entrant, upstream, load, plan);
        tell(`${scenario.name} ${number}/${plan.rounds}  ${entrant.name}: ${came}`);
      }
    }
  } finally {
    await upstream.stop();
  }
  return {
    standings: entrants.filter(({ failure }) => failure === undefined),
    failures: entrants.flatMap(({ name, failure }) => (failure === undefined ? [] : [`${name}: ${failure}`])),
  };
}

/** One round, or the failure that ends the entrant's part. Resolves with what came of it, in words. */
async function takeTurn(
  entrant: Entrant,
  upstream: Upstream,
  load: LoadGenerator,
  plan: ContestPlan,
): Promise<string> {
  try {
    const round = await measureTurn(entrant, upstream, load, plan);
    entrant.rounds.push(round);
    return `${Math.round(round.perCpuSecond)} per CPU-second`;
  } catch (error) {
    entrant.failure = error instanceof Error ? error.message : String(error);
    return 'failed';
  }
}

/** Start, check, warm up, measure, stop. */
async function measureTurn(
  { contestant, scenario }: Entrant,
  upstream: Upstream,
  load: LoadGenerator,
  plan: ContestPlan,
): Promise<Round> {
  const { connections, seconds, warmupSeconds, pinning } = plan;
  const folder = await mkdtemp(join(plan.folder, 'turn-'));
  const running = await contestant.start({ scenario, upstream, folder, cores: pinning.measured });
  try {
    await checkAnswers(running.origin, scenario, LETTER, contestant.abilities.includes('routes'));
    const warmup = { ...scenario, reloads: false };
    await runRound(running, upstream, load, warmup, { connections, seconds: warmupSeconds });
    return await runRound(running, upstream, load, scenario, { connections, seconds });
  } finally {
    await running.stop();
  }
}

function entrantsOf(scenario: Scenario, contestants: readonly Contestant[]): readonly Entrant[] {
  const entrants = contestants.map((contestant) => entrantOf(contestant.name, contestant, scenario));
  const [first] = contestants;
  const { baseline } = scenario;
  if (first === undefined || baseline === undefined) return entrants;
  const own = entrantOf(`${first.name}, ${baseline.name}`, first, baseline.scenario);
  return [...entrants.slice(0, 1), own, ...entrants.slice(1)];
}

function entrantOf(name: string, contestant: Contestant, scenario: Scenario): Entrant {
  return { name, contestant, scenario, rounds: [], failure: undefined };
}
