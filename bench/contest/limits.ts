import type { Standing } from './contest.js';
import { ratio } from './report.js';
import type { Round } from './round.js';

/** What the gateway must reach in a scenario. */
interface Limit {
  readonly scenario: string;
  /** The standing it is measured against. */
  readonly against: string;
  /** What is wanted, in words that follow the scenario's name. */
  readonly wanted: string;
  /** What was reached, and whether that is enough. */
  judge(gateway: Standing, against: Standing): { readonly reached: number; readonly enough: boolean };
}

/** How a limit was met: `unchecked` where one of the two did not take part. */
export interface Verdict {
  readonly outcome: 'reached' | 'missed' | 'unchecked';
  readonly text: string;
}

const GATEWAY = 'gateway';
const ONE_ROUTE = 'gateway, one route';
const NO_UPSTREAM = 'gateway, no upstream';

const LIMITS: readonly Limit[] = [
  leastShare('small', 'nginx', 0.33),
  leastShare('small', 'http-proxy', 2.7),
  leastShare('small', 'caddy', 2.4),
  leastShare('small', 'fastify', 2.4),
  {
    scenario: 'small',
    against: 'http-proxy',
    wanted: "p99 at most http-proxy's median",
    judge: (gateway, against) => {
      const reached = ratio(gateway, against, p99, p50);
      return { reached, enough: reached <= 1 };
    },
  },
  leastShare('prefix-10k', ONE_ROUTE, 0.93),
  leastShare('host-10k', ONE_ROUTE, 0.93),
  leastShare('regex-10k', ONE_ROUTE, 0.85),
  leastShare('balanced', NO_UPSTREAM, 0.95),
];

/** The verdict on each limit of a scenario. */
export function judge(scenario: string, standings: readonly Standing[]): readonly Verdict[] {
  return LIMITS.filter((limit) => limit.scenario === scenario).map((limit): Verdict => {
    const gateway = standings.find(({ name }) => name === GATEWAY);
    const against = standings.find(({ name }) => name === limit.against);
    const wanted = `${scenario}: ${limit.wanted}`;
    if (gateway === undefined || against === undefined) return { outcome: 'unchecked', text: `${wanted}.` };
    const { reached, enough } = limit.judge(gateway, against);
    return {
      outcome: enough ? 'reached' : 'missed',
      text: `${wanted}: it is ${reached.toFixed(2)} times that.`,
    };
  });
}

/** At least so many times the requests per CPU-second of another. */
function leastShare(scenario: string, against: string, least: number): Limit {
  return {
    scenario,
    against,
    wanted: `at least ${least} times the requests per CPU-second of ${against}`,
    judge: (gateway, other) => {
      const reached = ratio(gateway, other, perCpuSecond);
      return { reached, enough: reached >= least };
    },
  };
}

const perCpuSecond = (round: Round) => round.perCpuSecond;
const p50 = (round: Round) => round.p50;
const p99 = (round: Round) => round.p99;
