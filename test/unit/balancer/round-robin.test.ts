import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RoundRobin } from '#gateway/balancer/round-robin.js';
import { balancerCases } from './balancer-cases.js';
import { count, fractions, peersOf } from './peers.js';

describe('RoundRobin', () => {
  balancerCases((peers) => new RoundRobin(peers, fractions(1)));

  /** The weights of the recordings, and some more. */
  const cases: readonly (readonly number[])[] = [
    [100, 100, 100, 100],
    [1, 2, 3, 4],
    [1, 999],
    [1000, 1, 1, 1],
    [10, 20, 30],
    [7, 0, 11],
    [65535],
    [3, 5, 7, 11, 13],
  ];
  for (const weights of cases) {
    it(`gives weights ${weights.join(' ')} their exact shares, wherever one begins to count`, () => {
      const divisor = weights.reduce(gcd);
      const cycle = weights.reduce((sum, weight) => sum + weight, 0) / divisor;
      for (let seed = 0; seed < 20; seed += 1) {
        const balancer = new RoundRobin(peersOf(...weights), fractions(seed));
        count((seed * 37) % cycle, () => balancer.pick(undefined, []));
        const counts = count(cycle, () => balancer.pick(undefined, []));
        assert.deepEqual(
          weights.map((_, index) => counts.get(31101 + index) ?? 0),
          weights.map((weight) => weight / divisor),
        );
      }
    });
  }

  it('spreads the turns of a heavy peer', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const balancer = new RoundRobin(peersOf(2, 1, 1), fractions(seed));
      const ports = Array.from({ length: 400 }, () => balancer.pick(undefined, [])?.port);
      for (let at = 2; at < ports.length; at += 1)
        assert.ok(new Set(ports.slice(at - 2, at + 1)).size > 1, `${ports.slice(0, 12).join(' ')}`);
    }
  });

  it('begins elsewhere in every build', () => {
    const random = fractions(7);
    const counts = count(3000, () => new RoundRobin(peersOf(1, 1, 1), random).pick(undefined, []));
    for (const port of [31101, 31102, 31103]) {
      const share = (counts.get(port) ?? 0) / 3000;
      assert.ok(share > 0.3 && share < 0.37, `${port}: ${share}`);
    }
  });

  it('lets a peer that comes back go on with its share, and make up for nothing', () => {
    const peers = peersOf(1, 1, 2);
    const balancer = new RoundRobin(peers, fractions(3));
    const state = peers[2]?.state;
    assert.ok(state !== undefined);
    state.available = false;
    assert.deepEqual(
      count(1000, () => balancer.pick(undefined, [])),
      new Map(count(1000, (turn) => peers[(turn + 1) % 2])),
    );
    state.available = true;
    const counts = count(400, () => balancer.pick(undefined, []));
    assert.ok(Math.abs((counts.get(31103) ?? 0) - 200) <= 2, JSON.stringify([...counts]));
  });

  it('keeps giving a light peer its share while it takes over for a heavy one that fails', () => {
    const peers = peersOf(99, 1);
    const balancer = new RoundRobin(peers, fractions(4));
    const heavy = peers[0];
    assert.ok(heavy !== undefined);
    for (let turn = 0; turn < 1000; turn += 1) {
      if (balancer.pick(undefined, []) === heavy) assert.equal(balancer.pick(undefined, [heavy]), peers[1]);
    }
    const counts = count(1000, () => balancer.pick(undefined, []));
    assert.ok(Math.abs((counts.get(31102) ?? 0) - 10) <= 1, JSON.stringify([...counts]));
  });
});

function gcd(one: number, other: number): number {
  return other === 0 ? one : gcd(other, one % other);
}
