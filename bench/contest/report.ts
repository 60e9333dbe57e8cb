import { median, spread } from '../statistics.js';
import { figure, table } from '../table.js';
import type { Standing } from './contest.js';
import type { Round } from './round.js';
import type { Scenario } from './scenario.js';

/** The standings as a table: ratios to the first one, then the figures. */
export function standingsTable(standings: readonly Standing[]): string {
  const [first] = standings;
  if (first === undefined) return 'nobody took part';
  const reloaded = standings.some(({ rounds }) => rounds.some(({ reloads }) => reloads.length > 0));
  const head = [
    'contestant',
    `${first.name} ÷ it, per CPU-s`,
    `${first.name} ÷ it, per s`,
    'req/s',
    'CPU-s/100k req',
    'p50 ms',
    'p99 ms',
    'RSS MiB',
    'failed',
    'spread',
    ...(reloaded ? ['reloads', 'until served ms'] : []),
  ];
  return table(
    head,
    standings.map((standing) => [...rowOf(standing, first), ...(reloaded ? reloadsOf(standing) : [])]),
  );
}

function rowOf(standing: Standing, first: Standing): readonly string[] {
  const of = (read: (round: Round) => number) => median(standing.rounds.map(read));
  const perCpuSecond = (round: Round) => round.perCpuSecond;
  const perSecond = (round: Round) => round.perSecond;
  return [
    standing.name,
    figure(ratio(first, standing, perCpuSecond), 2),
    figure(ratio(first, standing, perSecond), 2),
    figure(of(perSecond)),
    figure(100_000 / of(perCpuSecond), 2),
    figure(
      of(({ p50 }) => p50),
      2,
    ),
    figure(
      of(({ p99 }) => p99),
      2,
    ),
    figure(of(({ rssBytes }) => rssBytes) / 2 ** 20),
    figure(failedOf(standing)),
    standing.rounds.length > 1 ? `${figure(100 * spread(standing.rounds.map(perCpuSecond)))} %` : '-',
  ];
}

/** How many there were in all rounds, and how long one took. */
function reloadsOf({ rounds }: Standing): readonly string[] {
  const times = rounds.flatMap(({ reloads }) => reloads);
  return [figure(times.length), figure(median(times))];
}

function failedOf({ rounds }: Standing): number {
  return rounds.reduce((sum, { errors }) => sum + errors, 0);
}

/**
 * The median of the ratios of `a` to `b`, round by round: what slowed the machine down slowed both. `readOther` is
 * what is read of `b`, where that is something else.
 */
export function ratio(
  a: Standing,
  b: Standing,
  read: (round: Round) => number,
  readOther: (round: Round) => number = read,
): number {
  const both = a.rounds.flatMap((round, index) => {
    const other = b.rounds[index];
    return other === undefined ? [] : [read(round) / readOther(other)];
  });
  return median(both);
}

/**
 * What makes figures doubtful, one sentence each. With reloads it is a result: some contestants close connections that
 * clients still use, and open their own anew.
 */
export function doubts(
  { reloads }: Scenario,
  standings: readonly Standing[],
  connections: number,
): readonly string[] {
  if (reloads) return [];
  return standings.flatMap((standing) => {
    const { name, rounds } = standing;
    const failed = failedOf(standing);
    const opened = Math.max(...rounds.map((round) => round.upstreamConnections));
    const found: string[] = [];
    if (failed > 0) found.push(`${name}: ${failed} requests failed.`);
    if (opened > 4 * connections) {
      found.push(
        `${name}: opened ${opened} connections to the upstream in one round, so it does not keep them.`,
      );
    }
    return found;
  });
}
