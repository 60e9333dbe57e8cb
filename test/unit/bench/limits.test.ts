import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Standing } from '../../../bench/contest/contest.js';
import { judge } from '../../../bench/contest/limits.js';
import type { Round } from '../../../bench/contest/round.js';

const ROUND: Round = {
  perSecond: 1000,
  perCpuSecond: 1000,
  p50: 5,
  p99: 5,
  rssBytes: 0,
  errors: 0,
  upstreamConnections: 0,
  reloads: [],
};

function standing(name: string, ...rounds: readonly Partial<Round>[]): Standing {
  return { name, rounds: rounds.map((round) => ({ ...ROUND, ...round })) };
}

function outcomeOf(part: string, scenario: string, standings: readonly Standing[]): string | undefined {
  return judge(scenario, standings).find(({ text }) => text.includes(part))?.outcome;
}

describe('limits of the benchmark', () => {
  it('compares what each did per CPU-second, by the median of the ratios round by round', () => {
    const gateway = standing(
      'gateway',
      { perCpuSecond: 2700 },
      { perCpuSecond: 100 },
      { perCpuSecond: 5400 },
    );
    const even = standing(
      'http-proxy',
      { perCpuSecond: 1000 },
      { perCpuSecond: 1000 },
      { perCpuSecond: 2000 },
    );
    const better = standing(
      'http-proxy',
      { perCpuSecond: 1001 },
      { perCpuSecond: 1000 },
      { perCpuSecond: 2001 },
    );
    assert.equal(outcomeOf('2.7 times', 'small', [gateway, even]), 'reached');
    assert.equal(outcomeOf('2.7 times', 'small', [gateway, better]), 'missed');
  });

  it("holds the gateway's p99 against the median of stock http-proxy", () => {
    const stock = standing('http-proxy', { p50: 5, p99: 100 });
    assert.equal(outcomeOf('p99', 'small', [standing('gateway', { p50: 1, p99: 5 }), stock]), 'reached');
    assert.equal(outcomeOf('p99', 'small', [standing('gateway', { p50: 1, p99: 5.1 }), stock]), 'missed');
  });

  it('compares many routes with one', () => {
    const single = standing('gateway, one route', { perCpuSecond: 1000 });
    const many = standing('gateway', { perCpuSecond: 900 });
    assert.equal(outcomeOf('one route', 'prefix-10k', [many, single]), 'missed');
    assert.equal(outcomeOf('one route', 'host-10k', [many, single]), 'missed');
    assert.equal(outcomeOf('one route', 'regex-10k', [many, single]), 'reached');
  });

  it('says which limits nobody could check', () => {
    const outcomes = judge('small', [standing('gateway', {})]).map(({ outcome }) => outcome);
    assert.ok(outcomes.length > 0 && outcomes.every((outcome) => outcome === 'unchecked'));
    assert.deepEqual(judge('post', [standing('gateway', {})]), []);
  });
});
