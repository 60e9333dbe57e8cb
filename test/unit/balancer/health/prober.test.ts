import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HealthChange } from '#gateway/balancer/health/health-change.js';
import { Prober } from '#gateway/balancer/health/prober.js';
import { HealthRegistry } from '#gateway/balancer/health/registry.js';
import { recordingLog } from '../../../helpers/gateway.js';
import { checkedUpstream, target } from '../../../helpers/health.js';
import { FakeSender, FakeTimers, settled } from './fake-probes.js';

const HTTP = { kind: 'http', status: 200 } as const;
const ERROR = { kind: 'http', status: 500 } as const;

/** Healthy targets every `healthy` seconds, unhealthy ones every `unhealthy`; one result decides. */
function checks(healthy: number, unhealthy: number, active: object = {}) {
  return checkedUpstream({
    active: {
      healthy: { interval: healthy, successes: 1 },
      unhealthy: { interval: unhealthy, http_failures: 1, timeouts: 1, tcp_failures: 1 },
      ...active,
    },
    passive: { unhealthy: { http_failures: 1 } },
  });
}

function setUp(random: () => number = () => 0) {
  const timers = new FakeTimers();
  const sender = new FakeSender(timers);
  const registry = new HealthRegistry({ now: () => timers.now() });
  const { log, logged } = recordingLog();
  const prober = new Prober({ registry, log, sender, timers, random });
  const state = (port: number) => registry.get('u.up', target(port));
  return { timers, sender, registry, prober, state, logged };
}

/** What another process found of a target. */
function told(port: number, state: HealthChange['state']): HealthChange {
  return {
    upstream: 'u.up',
    ...target(port),
    state,
    at: 0,
    reason: 'passive http_failures',
    detail: 'status 500',
  };
}

describe('the prober', () => {
  it('probes at the interval of the state a target is in, from start to start', async () => {
    const { timers, sender, registry, state } = setUp();
    registry.retain(checks(10, 3), [target(1)]);
    assert.deepEqual(sender.log, []);
    await timers.pass(20_000);
    assert.deepEqual(sender.log, ['1@0', '1@10000', '1@20000']);
    sender.result = ERROR;
    await timers.pass(16_000);
    assert.equal(state(1), 'UNHEALTHY');
    assert.deepEqual(sender.log.slice(3), ['1@30000', '1@33000', '1@36000']);
    sender.result = HTTP;
    await timers.pass(13_000);
    assert.equal(state(1), 'HEALTHY');
    assert.deepEqual(sender.log.slice(6), ['1@39000', '1@49000']);
  });

  it('does not probe a target again while a probe of it is under way', async () => {
    const { timers, sender, registry } = setUp();
    registry.retain(checks(1, 1), [target(1)]);
    sender.result = undefined;
    await timers.pass(2_500);
    assert.deepEqual(sender.log, ['1@0']);
    await sender.open[0]?.answer(HTTP);
    await timers.pass(0);
    assert.deepEqual(sender.log, ['1@0', '1@2500']);
  });

  it('nor when something else changes its state meanwhile', async () => {
    const { timers, sender, registry } = setUp();
    registry.retain(checks(60, 1), [target(1)]);
    sender.result = undefined;
    await timers.pass(0);
    registry.report({ upstream: 'u.up', ...target(1), kind: 'http', status: 500 });
    await timers.pass(5_000);
    assert.deepEqual(sender.log, ['1@0']);
    await sender.open[0]?.answer(ERROR);
    await timers.pass(0);
    assert.deepEqual(sender.log, ['1@0', '1@5000']);
  });

  it('with healthy.interval 0 begins when something else finds a target unhealthy, and stops when it is back', async () => {
    const { timers, sender, registry, state } = setUp();
    registry.retain(checks(0, 2), [target(1)]);
    await timers.pass(10_000);
    assert.deepEqual(sender.log, []);
    registry.report({ upstream: 'u.up', ...target(1), kind: 'http', status: 500 });
    sender.result = ERROR;
    await timers.pass(4_000);
    assert.deepEqual(sender.log, ['1@12000', '1@14000']);
    sender.result = HTTP;
    await timers.pass(60_000);
    assert.deepEqual(sender.log.slice(2), ['1@16000']);
    assert.equal(state(1), 'HEALTHY');
  });

  it('with unhealthy.interval 0 stops at the first failure for good', async () => {
    const { timers, sender, registry, state } = setUp();
    registry.retain(checks(1, 0), [target(1)]);
    sender.result = { kind: 'timeout' };
    await timers.pass(60_000);
    assert.deepEqual(sender.log, ['1@0']);
    assert.equal(state(1), 'UNHEALTHY');
    assert.equal(timers.pending, 0);
    registry.apply(told(1, 'HEALTHY'));
    await timers.pass(1_000);
    assert.deepEqual(sender.log, ['1@0', '1@61000']);
  });

  it('begins the interval of the new state when something else changes it', async () => {
    const { timers, sender, registry } = setUp();
    registry.retain(checks(60, 5), [target(1)]);
    await timers.pass(30_000);
    registry.report({ upstream: 'u.up', ...target(1), kind: 'http', status: 500 });
    await timers.pass(5_000);
    assert.deepEqual(sender.log, ['1@0', '1@35000']);
    await timers.pass(60_000);
    assert.deepEqual(sender.log.slice(2), ['1@95000']);
  });

  it('does not probe weight 0, nor where only passive checks are on', async () => {
    const { timers, sender, registry } = setUp();
    registry.retain(checks(1, 1), [target(1, 0)]);
    const passive = { passive: { unhealthy: { http_failures: 1 } } };
    registry.retain(checkedUpstream(passive, { name: 'v.up' }), [target(2)]);
    await timers.pass(10_000);
    assert.deepEqual(sender.log, []);
    assert.equal(timers.pending, 0);
  });

  it('begins with what is held already', async () => {
    const { registry, timers, sender, prober, logged } = setUp();
    await prober.close();
    registry.retain(checks(1, 1), [target(1)]);
    assert.equal(timers.pending, 0);
    const { log } = recordingLog();
    const second = new Prober({ registry, log, sender, timers, random: () => 0 });
    await timers.pass(0);
    assert.deepEqual(sender.log, ['1@0']);
    assert.deepEqual(logged, []);
    await second.close();
  });

  it('says in the log what each probe showed', async () => {
    const { timers, sender, registry, logged } = setUp();
    registry.retain(checks(1, 1), [target(1)]);
    sender.result = { kind: 'tcp', message: 'connect ECONNREFUSED 127.0.0.1:1' };
    await timers.pass(0);
    const { weight: _, ...address } = target(1);
    const fields = { upstream: 'u.up', ...address, result: 'connect ECONNREFUSED 127.0.0.1:1' };
    assert.deepEqual(logged, [{ level: 'debug', fields, message: 'health check' }]);
  });
});

describe('many probes', () => {
  const ports = Array.from({ length: 1_000 }, (_, index) => index + 1);

  for (const [interval, spread] of [
    [2, 2_000],
    [600, 5_000],
  ] as const) {
    it(`of an interval of ${interval} s begin spread over ${spread} ms, and stay spread`, async () => {
      let index = 0;
      const { timers, sender, registry } = setUp(() => (index++ % 1_000) / 1_000);
      registry.retain(
        checks(interval, interval),
        ports.map((port) => target(port)),
      );
      await timers.pass(spread);
      assert.equal(sender.sent.length, interval * 1_000 === spread ? 1_001 : 1_000);
      const at = sender.sent.map((probe) => probe.at);
      for (let second = 0; second < spread; second += 1_000) {
        const within = at.filter((time) => time >= second && time < second + 1_000).length;
        assert.equal(within, 1_000_000 / spread);
      }
    });
  }

  for (const concurrency of [1, 10]) {
    it(`are ${concurrency} at once with concurrency ${concurrency}`, async () => {
      const { timers, sender, registry } = setUp();
      sender.result = undefined;
      registry.retain(
        checks(60, 60, { concurrency }),
        ports.slice(0, 25).map((port) => target(port)),
      );
      await timers.pass(0);
      for (let answered = 0; answered < 25; answered += 1) {
        assert.equal(sender.open.length, Math.min(concurrency, 25 - answered));
        await sender.open[0]?.answer(HTTP);
      }
      assert.deepEqual(
        sender.sent.map(({ request }) => request.port),
        ports.slice(0, 25),
      );
    });
  }

  it('of one upstream do not hold up those of another', async () => {
    const { timers, sender, registry } = setUp();
    sender.result = undefined;
    registry.retain(checks(60, 60, { concurrency: 1 }), [target(1), target(2)]);
    const other = checkedUpstream({ active: { healthy: { interval: 1 } } }, { name: 'v.up' });
    registry.retain(other, [target(3)]);
    await timers.pass(0);
    assert.deepEqual(sender.log, ['1@0', '3@0']);
  });
});

describe('the prober over reloads', () => {
  it('goes on with its intervals when the same targets come again and again', async () => {
    const { timers, sender, registry } = setUp();
    let hold = registry.retain(checks(1, 1), [target(1)]);
    for (let reload = 0; reload < 50; reload += 1) {
      await timers.pass(100);
      const next = registry.retain(checks(1, 1), [target(1)]);
      hold.release();
      hold = next;
    }
    assert.deepEqual(sender.log, ['1@0', '1@1000', '1@2000', '1@3000', '1@4000', '1@5000']);
  });

  it('follows a new interval and a new path, counted from the last probe', async () => {
    const { timers, sender, registry } = setUp();
    const old = registry.retain(checks(60, 60), [target(1)]);
    await timers.pass(2_000);
    registry.retain(checks(5, 5, { http_path: '/new' }), [target(1)]);
    old.release();
    await timers.pass(3_000);
    assert.deepEqual(sender.log, ['1@0', '1@5000']);
    assert.match(sender.sent[1]?.request.head ?? '', /^GET \/new /);
  });

  it('stops with the last snapshot that names a target, also a probe in flight', async () => {
    const { timers, sender, registry, state, logged } = setUp();
    const first = registry.retain(checks(1, 1), [target(1), target(2)]);
    const second = registry.retain(checks(1, 1), [target(2)]);
    await timers.pass(500);
    sender.result = undefined;
    await timers.pass(500);
    assert.deepEqual(sender.log.slice(2), ['1@1000', '2@1000']);
    first.release();
    assert.deepEqual(
      sender.sent.map(({ aborted }) => aborted),
      [false, false, true, false],
    );
    await sender.open[0]?.answer(ERROR);
    assert.equal(state(2), 'UNHEALTHY');
    await timers.pass(1_000);
    assert.deepEqual(sender.log.slice(4), ['2@2000']);
    second.release();
    await settled();
    await timers.pass(10_000);
    assert.equal(timers.pending, 0);
    assert.equal(sender.open.length, 0);
    assert.equal(sender.sent.length, 5);
    // Two answers at first and one of target 2; none of those that were ended.
    assert.equal(logged.length, 3);
  });

  it('leaves out an answer that comes as its target goes', async () => {
    const { timers, sender, registry, logged } = setUp();
    sender.result = undefined;
    const hold = registry.retain(checks(1, 1), [target(1)]);
    await timers.pass(0);
    const answered = sender.open[0]?.answer(ERROR);
    hold.release();
    await answered;
    assert.deepEqual(logged, []);
    assert.deepEqual(registry.unhealthy(), []);
  });

  it('begins anew with a target that comes back while its last probe is being ended', async () => {
    const { timers, sender, registry } = setUp();
    sender.result = undefined;
    const hold = registry.retain(checks(1, 1), [target(1), target(2)]);
    await timers.pass(0);
    hold.replace([target(2)]);
    hold.replace([target(1), target(2)]);
    await timers.pass(0);
    assert.deepEqual(sender.log, ['1@0', '2@0', '1@0']);
    assert.deepEqual(
      sender.sent.map(({ aborted }) => aborted),
      [true, false, false],
    );
  });

  it('closes gracefully and for good', async () => {
    const { timers, sender, registry, prober } = setUp();
    registry.retain(checks(1, 1, { concurrency: 1 }), [target(1), target(2), target(3)]);
    sender.result = undefined;
    await timers.pass(0);
    assert.equal(sender.open.length, 1);
    await Promise.all([prober.close(), prober.close()]);
    assert.equal(sender.open.length, 0);
    registry.retain(checks(1, 1), [target(4)]);
    registry.apply(told(1, 'UNHEALTHY'));
    await timers.pass(10_000);
    assert.deepEqual(sender.log, ['1@0']);
    assert.equal(timers.pending, 0);
  });
});
