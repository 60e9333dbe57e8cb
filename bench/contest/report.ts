import { median, spread } from '../statistics.js';
import { figure, table } from '../table.js';
import type { Standing } from './contest.js';
import type { Round } from './round.js';

const HEAD = [
  'contestant',
  'gateway ÷ it, per CPU-s',
  'gateway ÷ it, per s',
  'req/CPU-s',
  'req/s',
  'CPU-s/100k req',
  'p50 ms',
  'p99 ms',
  'RSS MiB',
  'spread',
];

/** The standings as a table, ratios first. */
export function standingsTable(standings: readonly Standing[]): string {
  const [first] = standings;
  if (first === undefined) return '';
  return table(
    HEAD,
    standings.map((standing) => rowOf(standing, first)),
  );
}

function rowOf(standing: Standing, first: Standing): readonly string[] {
  const of = (read: (round: Round) => number) => median(standing.rounds.map(read));
  const perCpuSecond = of((round) => round.perCpuSecond);
  return [
    standing.name,
    figure(
      ratio(first, standing, (round) => round.perCpuSecond),
      2,
    ),
    figure(
      ratio(first, standing, (round) => round.perSecond),
      2,
    ),
    figure(perCpuSecond),
    figure(of((round) => round.perSecond)),
    figure(100_000 / perCpuSecond, 2),
    figure(
      of((round) => round.p50),
      2,
    ),
    figure(
      of((round) => round.p99),
      2,
    ),
    figure(of((round) => round.rssBytes) / 2 ** 20),
    standing.rounds.length > 1 ? `${figure(100 * spreadOf(standing))} %` : '-',
  ];
}

function spreadOf({ rounds }: Standing): number {
  return spread(rounds.map((round) => round.perCpuSecond));
}

/** The median of the ratios of `a` to `b`, round by round: what slowed the machine down slowed both. */
export function ratio(a: Standing, b: Standing, read: (round: Round) => number): number {
  return median(
    a.rounds.map((round, index) => {
      const other = b.rounds[index];
      return other === undefined ? Number.NaN : read(round) / read(other);
    }),
  );
}

/** What makes figures doubtful, one sentence each. */
export function doubts(standings: readonly Standing[], connections: number): readonly string[] {
  return standings.flatMap(({ name, rounds }) => {
    const errors = rounds.reduce((sum, round) => sum + round.errors, 0);
    const opened = Math.max(...rounds.map((round) => round.upstreamConnections));
    const found: string[] = [];
    if (errors > 0) found.push(`${name}: ${errors} requests failed.`);
    if (opened > 4 * connections) {
      found.push(
        `${name}: opened ${opened} connections to the upstream in one round, so it does not keep them.`,
      );
    }
    return found;
  });
}
