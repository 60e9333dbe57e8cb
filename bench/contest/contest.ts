import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContestantKind } from '../contestants/contestant.js';
import type { LoadGenerator } from '../load/load.js';
import type { Pinning } from '../process/pinning.js';
import { startUpstream, type Upstream } from '../upstream/upstream.js';
import { checkAnswers } from './check-answers.js';
import { type Round, runRound } from './round.js';
import { type Scenario, withOneRoute } from './scenario.js';

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

/** A contestant of one scenario: a kind with the routes it is given. */
interface Entrant {
  readonly name: string;
  readonly kind: ContestantKind;
  readonly scenario: Scenario;
}

/** The letter of the upstream. */
export const LETTER = 'a';

/**
 * Lets the contestants take turns. Each turn is a fresh process, which must answer right before it counts: how the
 * engine happened to compile one process is no property of the program. Standings are in the order of `kinds`; where
 * there are many routes, the first kind takes part with a single one too.
 */
export async function holdContest(
  scenario: Scenario,
  kinds: readonly ContestantKind[],
  load: LoadGenerator,
  plan: ContestPlan,
  tell: (line: string) => void,
): Promise<readonly Standing[]> {
  const upstream = await startUpstream(LETTER, plan.pinning.others);
  const entrants = entrantsOf(scenario, kinds).map((entrant) => ({ entrant, rounds: [] as Round[] }));
  try {
    for (let number = 1; number <= plan.rounds; number += 1) {
      for (const { entrant, rounds } of entrants) {
        const round = await takeTurn(entrant, upstream, load, plan);
        rounds.push(round);
        tell(
          `round ${number}/${plan.rounds}  ${entrant.name}: ${Math.round(round.perCpuSecond)} per CPU-second`,
        );
      }
    }
    return entrants.map(({ entrant, rounds }) => ({ name: entrant.name, rounds }));
  } finally {
    await upstream.stop();
  }
}

/** Start, check, warm up, measure, stop. */
async function takeTurn(
  entrant: Entrant,
  upstream: Upstream,
  load: LoadGenerator,
  plan: ContestPlan,
): Promise<Round> {
  const { name, kind, scenario } = entrant;
  const { connections, seconds, warmupSeconds } = plan;
  const { requests } = scenario;
  const folder = await mkdtemp(join(plan.folder, 'turn-'));
  const setting = { scenario, upstreamPort: upstream.port, folder, cores: plan.pinning.measured };
  const running = await kind.make(setting).start();
  try {
    await checkAnswers(running.port, scenario, LETTER, kind.routes);
    await runRound(running, upstream, load, { connections, requests, seconds: warmupSeconds });
    return await runRound(running, upstream, load, { connections, requests, seconds });
  } catch (error) {
    throw new Error(`${name} (${scenario.name}) fails`, { cause: error });
  } finally {
    await running.stop();
  }
}

function entrantsOf(scenario: Scenario, kinds: readonly ContestantKind[]): readonly Entrant[] {
  const entrants = kinds.map((kind) => ({ name: kind.name, kind, scenario }));
  const [first] = kinds;
  if (first === undefined || scenario.routes.length === 1) return entrants;
  const single = { name: `${first.name}, one route`, kind: first, scenario: withOneRoute(scenario) };
  return [...entrants.slice(0, 1), single, ...entrants.slice(1)];
}
