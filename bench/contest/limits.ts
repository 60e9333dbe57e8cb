import type { Standing } from './contest.js';
import { ratio } from './report.js';

/** What the first contestant must reach, in requests per CPU-second, as a multiple of another's. */
interface Limit {
  readonly scenario: string;
  readonly against: string;
  readonly least: number;
}

const LIMITS: readonly Limit[] = [{ scenario: 'small', against: 'http-proxy', least: 1.8 }];

/** The limits of a scenario that are not reached, one sentence each. */
export function missedLimits(scenario: string, standings: readonly Standing[]): readonly string[] {
  const [first] = standings;
  return LIMITS.flatMap((limit) => {
    const other = standings.find(({ name }) => name === limit.against);
    if (limit.scenario !== scenario || first === undefined || other === undefined) return [];
    const reached = ratio(first, other, (round) => round.perCpuSecond);
    if (reached >= limit.least) return [];
    return [
      `${scenario}: ${reached.toFixed(2)} times ${limit.against} per CPU-second, at least ${limit.least} is wanted.`,
    ];
  });
}
