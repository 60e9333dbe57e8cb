import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HealthChange } from '#gateway/balancer/health/health-change.js';
import { targetState } from '#gateway/balancer/health/health-state.js';
import { HealthRegistry } from '#gateway/balancer/health/registry.js';
import { checkedUpstream, target } from '../../../helpers/health.js';

const PASSIVE = { passive: { unhealthy: { http_failures: 2, tcp_failures: 1, timeouts: 1 } } };
const ACTIVE = {
  active: { healthy: { interval: 1, successes: 1 }, unhealthy: { interval: 1, http_failures: 1 } },
};
const KEPT_FOR = 300_000;

const one = target(1);
const two = target(2);

/** A registry whose clock is set by hand and whose changes are written down as `address:port STATE reason`. */
function setUp(memory = { keepFor: KEPT_FOR, keepAtMost: 3 }) {
  const clock = { now: 1_000 };
  const registry = new HealthRegistry({ now: () => clock.now, memory });
  const changes: HealthChange[] = [];
  registry.onChange((change) => changes.push(change));
  return {
    clock,
    registry,
    changes,
    fail: (port: number, status = 500, times = 2) => {
      for (let time = 0; time < times; time += 1) {
        registry.report({ upstream: 'u.up', ...target(port), kind: 'http', status });
      }
    },
    states: (...ports: readonly number[]) => ports.map((port) => registry.get('u.up', target(port))),
  };
}

describe('the registry', () => {
  it('says HEALTHY for every address that is checked and HEALTHCHECKS_OFF for the others', () => {
    const { registry, states } = setUp();
    assert.deepEqual(states(1), ['HEALTHCHECKS_OFF']);
    const checked = registry.retain(checkedUpstream(PASSIVE), [one, target(2, 0)]);
    assert.deepEqual(states(1, 2), ['HEALTHY', 'HEALTHCHECKS_OFF']);
    checked.release();
    registry.retain(checkedUpstream({}), [one]);
    assert.deepEqual(states(1), ['HEALTHCHECKS_OFF']);
  });

  it('tells what changed, when and why, once', () => {
    const { registry, clock, changes, fail } = setUp();
    registry.retain(checkedUpstream({ ...PASSIVE, ...ACTIVE }), [one, two]);
    clock.now = 5_000;
    fail(1, 503, 4);
    registry.report({ upstream: 'u.up', ...two, kind: 'timeout' });
    clock.now = 6_000;
    registry.reportProbe('u.up', one, { kind: 'http', status: 200 });
    registry.reportProbe('u.up', one, { kind: 'http', status: 200 });
    registry.reportProbe('u.up', one, { kind: 'http', status: 0 });
    const { address, hostname } = one;
    const common = { upstream: 'u.up', address, hostname };
    assert.deepEqual(changes, [
      {
        ...common,
        port: 1,
        state: 'UNHEALTHY',
        at: 5_000,
        reason: 'passive http_failures',
        detail: 'status 503',
      },
      {
        ...common,
        port: 2,
        state: 'UNHEALTHY',
        at: 5_000,
        reason: 'passive timeouts',
        detail: 'no answer in time',
      },
      { ...common, port: 1, state: 'HEALTHY', at: 6_000, reason: 'active successes', detail: 'status 200' },
      {
        ...common,
        port: 1,
        state: 'UNHEALTHY',
        at: 6_000,
        reason: 'active http_failures',
        detail: 'an answer that is not HTTP',
      },
    ]);
    assert.deepEqual(JSON.parse(JSON.stringify(changes)), changes);
  });

  it('counts nothing for addresses it does not hold, of weight 0, or without checks', () => {
    const { registry, changes, fail } = setUp();
    fail(1);
    registry.retain(checkedUpstream(PASSIVE), [target(2, 0)]);
    fail(1);
    fail(2);
    registry.retain(checkedUpstream({}), [one]);
    fail(1);
    assert.deepEqual(changes, []);
    assert.deepEqual(registry.unhealthy(), []);
  });

  it('keeps apart upstreams, ports and the names an address was resolved from', () => {
    const { registry, fail, states } = setUp();
    const named = { ...one, hostname: 'a.test' };
    registry.retain(checkedUpstream(PASSIVE), [one, two, named]);
    registry.retain(checkedUpstream(PASSIVE, { name: 'v.up' }), [one]);
    fail(1);
    assert.deepEqual(states(1, 2), ['UNHEALTHY', 'HEALTHY']);
    assert.equal(registry.get('u.up', named), 'HEALTHY');
    assert.equal(registry.get('v.up', one), 'HEALTHY');
  });

  it('stops telling whoever has unsubscribed', () => {
    const { registry, fail } = setUp();
    const told: string[] = [];
    const unsubscribe = [
      registry.onChange(() => told.push('change')),
      registry.onTargets(() => told.push('targets')),
    ];
    registry.retain(checkedUpstream(PASSIVE), [one, two]);
    fail(1);
    assert.deepEqual(told, ['targets', 'change']);
    for (const end of unsubscribe) end();
    fail(2);
    registry.retain(checkedUpstream(PASSIVE), [one]);
    assert.deepEqual(told, ['targets', 'change']);
  });
});

describe('health over reloads', () => {
  for (const [what, healthchecks, fields, targets] of [
    ['the same config', PASSIVE, {}, [one, two]],
    ['a changed weight', PASSIVE, {}, [target(1, 10), two]],
    ['another order and more targets', PASSIVE, {}, [target(3), two, one]],
    ['other slots', PASSIVE, { slots: 100 }, [one, two]],
    ['other checks', ACTIVE, {}, [one, two]],
  ] as const) {
    it(`survives ${what}`, () => {
      const { registry, fail, states } = setUp();
      const old = registry.retain(checkedUpstream(PASSIVE), [one, two]);
      fail(1);
      registry.retain(checkedUpstream(healthchecks, fields), targets);
      old.release();
      assert.deepEqual(states(1, 2), ['UNHEALTHY', 'HEALTHY']);
    });
  }

  it('survives the upstream, or a target, being taken away and brought back in time', () => {
    const { registry, clock, fail, states } = setUp();
    const hold = registry.retain(checkedUpstream(PASSIVE), [one, two]);
    fail(1);
    hold.release();
    assert.deepEqual(states(1), ['HEALTHCHECKS_OFF']);
    clock.now += KEPT_FOR - 1;
    const again = registry.retain(checkedUpstream(PASSIVE), [one, two]);
    assert.deepEqual(states(1, 2), ['UNHEALTHY', 'HEALTHY']);
    again.replace([two]);
    clock.now += KEPT_FOR - 1;
    again.replace([one, two]);
    clock.now += KEPT_FOR;
    again.replace([one, two]);
    assert.deepEqual(states(1, 2), ['UNHEALTHY', 'HEALTHY']);
  });

  it('is forgotten later', () => {
    const { registry, clock, fail, states } = setUp();
    const hold = registry.retain(checkedUpstream(PASSIVE), [one, two]);
    fail(1);
    fail(2, 500, 1);
    hold.release();
    clock.now += KEPT_FOR;
    registry.retain(checkedUpstream(PASSIVE), [one, two]);
    fail(2, 500, 1);
    assert.deepEqual(states(1, 2), ['HEALTHY', 'HEALTHY']);
  });

  it('is kept of so many addresses only, the last to go', () => {
    const { registry, fail, states } = setUp();
    const ports = [1, 2, 3, 4, 5];
    const hold = registry.retain(
      checkedUpstream(PASSIVE),
      ports.map((port) => target(port)),
    );
    for (const port of ports) fail(port);
    hold.release();
    assert.deepEqual(
      registry.unhealthy().map(({ port }) => port),
      [3, 4, 5],
    );
    registry.retain(
      checkedUpstream(PASSIVE),
      ports.map((port) => target(port)),
    );
    assert.deepEqual(states(...ports), ['HEALTHY', 'HEALTHY', 'UNHEALTHY', 'UNHEALTHY', 'UNHEALTHY']);
  });

  it('follows the rules of the newest snapshot that names the address', () => {
    const { registry, fail, states } = setUp();
    registry.retain(checkedUpstream(PASSIVE), [one, two]);
    const strict = { passive: { unhealthy: { http_failures: 1 } } };
    const newer = registry.retain(checkedUpstream(strict), [one]);
    fail(1, 500, 1);
    fail(2, 500, 1);
    assert.deepEqual(states(1, 2), ['UNHEALTHY', 'HEALTHY']);
    newer.release();
    newer.release();
    fail(2, 500, 1);
    assert.deepEqual(states(1, 2), ['UNHEALTHY', 'UNHEALTHY']);
  });

  it('says which addresses to probe: each once, by the newest rules', () => {
    const { registry } = setUp();
    const old = checkedUpstream(ACTIVE);
    const next = checkedUpstream(ACTIVE);
    const first = registry.retain(old, [one, two]);
    const second = registry.retain(next, [two, target(3), target(4, 0)]);
    const probed = () => registry.probed('u.up').map(({ address, upstream }) => [address.port, upstream]);
    assert.deepEqual(probed(), [
      [1, old],
      [2, next],
      [3, next],
    ]);
    first.release();
    assert.deepEqual(probed(), [
      [2, next],
      [3, next],
    ]);
    registry.retain(checkedUpstream(PASSIVE), [two]);
    assert.deepEqual(probed(), [[3, next]]);
    second.release();
    assert.deepEqual(probed(), []);
  });
});

describe('health told by another process', () => {
  const change: HealthChange = {
    upstream: 'u.up',
    address: one.address,
    port: one.port,
    hostname: one.hostname,
    state: 'UNHEALTHY',
    at: 7,
    reason: 'active timeouts',
    detail: 'no answer within 1000 ms',
  };

  it('is taken over and told on, once', () => {
    const { registry, changes, states } = setUp();
    registry.retain(checkedUpstream(PASSIVE), [one]);
    registry.apply(change);
    registry.apply(change);
    assert.deepEqual(changes, [change]);
    assert.deepEqual(states(1), ['UNHEALTHY']);
    assert.deepEqual(registry.unhealthy(), [change]);
    registry.apply({ ...change, state: 'HEALTHY' });
    assert.deepEqual(states(1), ['HEALTHY']);
    assert.deepEqual(registry.unhealthy(), []);
  });

  it('may come before the snapshot that names the address, but not long before', () => {
    const { registry, clock, states } = setUp();
    registry.apply(change);
    registry.retain(checkedUpstream(PASSIVE), [one]).release();
    assert.deepEqual(registry.unhealthy(), [change]);
    clock.now += KEPT_FOR;
    registry.retain(checkedUpstream(PASSIVE), [one]);
    assert.deepEqual(states(1), ['HEALTHY']);
  });

  it('is remembered of so many addresses only that no snapshot names', () => {
    const { registry } = setUp();
    for (const port of [1, 2, 3, 4]) registry.apply({ ...change, port });
    assert.deepEqual(
      registry.unhealthy().map(({ port }) => port),
      [2, 3, 4],
    );
  });

  it('makes a process that starts as wise as the others', () => {
    const first = setUp();
    first.registry.retain(checkedUpstream(PASSIVE), [one, two]);
    first.fail(2);
    const second = setUp();
    for (const known of first.registry.unhealthy()) second.registry.apply(known);
    second.registry.retain(checkedUpstream(PASSIVE), [one, two]);
    assert.deepEqual(second.states(1, 2), ['HEALTHY', 'UNHEALTHY']);
  });

  it('takes no report that cannot change anything', () => {
    const { registry } = setUp();
    const report = { upstream: 'u.up', ...one };
    assert.equal(registry.weigh({ ...report, kind: 'tcp' }), undefined);
    const off = registry.retain(checkedUpstream(ACTIVE), [one]);
    assert.equal(registry.weigh({ ...report, kind: 'tcp' }), undefined);
    off.release();
    registry.retain(checkedUpstream(PASSIVE), [one]);
    assert.equal(registry.weigh({ ...report, kind: 'tcp' }), 'bad');
    assert.equal(registry.weigh({ ...report, kind: 'http', status: 500 }), 'bad');
    assert.equal(registry.weigh({ ...report, kind: 'http', status: 404 }), undefined);
    assert.equal(registry.weigh({ ...report, kind: 'http', status: 200 }), undefined);
    registry.retain(checkedUpstream({ passive: { ...PASSIVE.passive, healthy: { successes: 1 } } }), [one]);
    assert.equal(registry.weigh({ ...report, kind: 'http', status: 200 }), 'good');
  });
});

describe('the state of', () => {
  for (const [addresses, state] of [
    [[], 'DNS_ERROR'],
    [['HEALTHY'], 'HEALTHY'],
    [['UNHEALTHY', 'HEALTHY'], 'HEALTHY'],
    [['UNHEALTHY', 'UNHEALTHY'], 'UNHEALTHY'],
    [['HEALTHCHECKS_OFF'], 'HEALTHCHECKS_OFF'],
    [['HEALTHCHECKS_OFF', 'UNHEALTHY'], 'UNHEALTHY'],
  ] as const) {
    it(`a target with ${addresses.join(', ') || 'no address'} is ${state}`, () => {
      assert.equal(targetState(addresses), state);
    });
  }
});
