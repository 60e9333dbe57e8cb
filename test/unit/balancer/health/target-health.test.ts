import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HealthRule } from '#gateway/balancer/health/check-result.js';
import { TargetHealth } from '#gateway/balancer/health/target-health.js';

const RULES: Readonly<Record<string, HealthRule>> = {
  s: 'successes',
  h: 'http_failures',
  c: 'tcp_failures',
  t: 'timeouts',
};

/** Counts one event a letter and writes the state after each: + healthy, - unhealthy. */
function run(events: string, limits: Partial<Record<HealthRule, number>>): string {
  const health = new TargetHealth();
  let states = '';
  for (const letter of events) {
    const rule = RULES[letter] ?? 'successes';
    const before = health.healthy;
    const limit = limits[rule] ?? 0;
    // Rules that are off never come this far.
    if (limit > 0) assert.equal(health.count({ rule, limit }), health.healthy !== before);
    states += health.healthy ? '+' : '-';
  }
  return states;
}

describe('the counters of a target', () => {
  const two = { successes: 2, http_failures: 2, tcp_failures: 2, timeouts: 2 };
  for (const [what, events, states, limits] of [
    ['statuses', 'hhhss', '+---+', two],
    ['refused connections', 'ccss', '+--+', two],
    ['timeouts', 'ttss', '+--+', two],
    ['one of each: kinds are counted side by side', 'hctht', '+++--', { ...two, timeouts: 3 }],
    ['one after the other: never in a row', 'hshshshs', '++++++++', two],
    ['a success between takes all failures back', 'hcsthc', '++++++', two],
    ['unhealthy: a failure between takes successes back', 'hhshshss', '+------+', two],
    ['unhealthy: failures of another kind as well', 'hhscsstt', '+----++-', two],
    ['many', 'hhhhs', '+++-+', { http_failures: 4, successes: 1 }],
    ['successes 0: good answers take no failure back', 'hhsh', '+++-', { http_failures: 3 }],
    ['successes 1: they do', 'hhshhh', '+++++-', { http_failures: 3, successes: 1 }],
    ['successes 0: unhealthy for good', 'hssss', '-----', { http_failures: 1 }],
    [
      'unhealthy: a failure whose rule is off changes nothing',
      'hhscs',
      '+---+',
      { http_failures: 2, successes: 2 },
    ],
    ['after coming back they begin at 0', 'hhsshh', '+--++-', two],
  ] as const) {
    it(`${what}: ${events} gives ${states}`, () => assert.equal(run(events, limits), states));
  }

  it('flip after exactly the number for every number', () => {
    for (const limit of [1, 2, 3, 17, 255]) {
      const states = run('h'.repeat(limit) + 's'.repeat(limit), { http_failures: limit, successes: limit });
      assert.equal(states.indexOf('-'), limit - 1);
      assert.equal(states.lastIndexOf('-'), 2 * limit - 2);
    }
  });

  it('are shared by active and passive checks, each with its own limits', () => {
    const health = new TargetHealth();
    assert.equal(health.count({ rule: 'http_failures', limit: 3 }), false);
    assert.equal(health.count({ rule: 'http_failures', limit: 2 }), true);
    assert.equal(health.count({ rule: 'successes', limit: 2 }), false);
    assert.equal(health.count({ rule: 'successes', limit: 5 }), false);
    assert.equal(health.count({ rule: 'successes', limit: 3 }), true);
  });

  it('begin anew when the state is set', () => {
    const health = new TargetHealth();
    health.count({ rule: 'http_failures', limit: 2 });
    assert.equal(health.pristine, false);
    health.force(true);
    assert.equal(health.pristine, true);
    assert.equal(health.count({ rule: 'http_failures', limit: 2 }), false);
    health.force(false);
    assert.equal(health.healthy, false);
    assert.equal(health.pristine, false);
  });
});
