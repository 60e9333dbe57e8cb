import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type CheckResult,
  checksAreOn,
  describeResult,
  judge,
} from '#gateway/balancer/health/check-result.js';
import { checkedUpstream } from '../../../helpers/health.js';

/** Every counter set, each to another number. */
const COUNTED = {
  active: {
    healthy: { successes: 1 },
    unhealthy: { http_failures: 2, tcp_failures: 3, timeouts: 4 },
  },
  passive: {
    healthy: { successes: 5 },
    unhealthy: { http_failures: 6, tcp_failures: 7, timeouts: 8 },
  },
};
const { active, passive } = checkedUpstream(COUNTED).healthchecks;

function status(code: number): CheckResult {
  return { kind: 'http', status: code };
}

describe('what a check result counts for', () => {
  for (const [result, byProbe, byRequest] of [
    [{ kind: 'connected' }, 'successes 1', 'successes 5'],
    [{ kind: 'tcp' }, 'tcp_failures 3', 'tcp_failures 7'],
    [{ kind: 'timeout' }, 'timeouts 4', 'timeouts 8'],
    [status(0), 'http_failures 2', 'http_failures 6'],
    [status(200), 'successes 1', 'successes 5'],
    [status(201), undefined, 'successes 5'],
    [status(204), undefined, 'successes 5'],
    [status(301), undefined, 'successes 5'],
    [status(302), 'successes 1', 'successes 5'],
    [status(404), 'http_failures 2', undefined],
    [status(418), undefined, undefined],
    [status(429), 'http_failures 2', 'http_failures 6'],
    [status(500), 'http_failures 2', 'http_failures 6'],
    [status(502), 'http_failures 2', undefined],
    [status(503), 'http_failures 2', 'http_failures 6'],
    [status(504), 'http_failures 2', undefined],
    [status(505), 'http_failures 2', undefined],
  ] as const) {
    it(`${describeResult(result)}: by default ${byProbe} of active, ${byRequest} of passive checks`, () => {
      for (const [rules, expected] of [
        [active, byProbe],
        [passive, byRequest],
      ] as const) {
        const verdict = judge(rules, result);
        assert.equal(verdict && `${verdict.rule} ${verdict.limit}`, expected);
      }
    });
  }

  it('is nothing when the counter is 0', () => {
    const off = checkedUpstream({}).healthchecks;
    for (const result of [status(200), status(500), { kind: 'tcp' }, { kind: 'timeout' }] as const) {
      assert.equal(judge(off.active, result), undefined);
      assert.equal(judge(off.passive, result), undefined);
    }
  });

  it('is success for a status in both lists', () => {
    const both = {
      healthy: { http_statuses: [299], successes: 1 },
      unhealthy: { http_statuses: [299], http_failures: 1 },
    };
    const { healthchecks } = checkedUpstream({ active: both, passive: both });
    assert.equal(judge(healthchecks.active, status(299))?.rule, 'successes');
    assert.equal(judge(healthchecks.passive, status(299))?.rule, 'successes');
    assert.equal(judge(healthchecks.passive, status(200)), undefined);
  });
});

describe('checks', () => {
  for (const [what, healthchecks, on] of [
    ['nothing', {}, false],
    ['a threshold alone', { threshold: 50 }, false],
    ['counters of active checks without an interval', { active: COUNTED.active }, false],
    ['passive successes alone', { passive: { healthy: { successes: 1 } } }, false],
    ['an interval for healthy targets', { active: { healthy: { interval: 1 } } }, true],
    ['an interval for unhealthy targets', { active: { unhealthy: { interval: 0.1 } } }, true],
    ['passive tcp_failures', { passive: { unhealthy: { tcp_failures: 1 } } }, true],
    ['passive timeouts', { passive: { unhealthy: { timeouts: 1 } } }, true],
    ['passive http_failures', { passive: { unhealthy: { http_failures: 1 } } }, true],
  ] as const) {
    it(`with ${what} are ${on ? 'on' : 'off'}`, () => {
      assert.equal(checksAreOn(checkedUpstream(healthchecks).healthchecks), on);
    });
  }
});
