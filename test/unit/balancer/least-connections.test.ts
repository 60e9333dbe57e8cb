import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LeastConnections } from '#gateway/balancer/least-connections.js';
import type { Peer } from '#gateway/balancer/peer.js';
import { balancerCases } from './balancer-cases.js';
import { count, fractions, peersOf } from './peers.js';

/** Picks and leaves the request under way. */
function hold(balancer: LeastConnections): Peer | undefined {
  const peer = balancer.pick(undefined, []);
  peer?.state.started();
  return peer;
}

describe('LeastConnections', () => {
  balancerCases((peers) => new LeastConnections(peers, fractions(1)));

  it('splits held requests by weight, as recorded', () => {
    const equal = new LeastConnections(peersOf(100, 100), fractions(1));
    assert.deepEqual(sorted(count(12, () => hold(equal))), [
      [31101, 6],
      [31102, 6],
    ]);
    const weighted = new LeastConnections(peersOf(10, 30), fractions(1));
    assert.deepEqual(sorted(count(12, () => hold(weighted))), [
      [31101, 3],
      [31102, 9],
    ]);
  });

  it('gives requests one after another to the heaviest, as recorded', () => {
    const balancer = new LeastConnections(peersOf(10, 30), fractions(1));
    assert.deepEqual(sorted(count(40, () => balancer.pick(undefined, []))), [[31102, 40]]);
  });

  it('lets equal peers take turns', () => {
    const balancer = new LeastConnections(peersOf(100, 100, 100), fractions(1));
    assert.deepEqual(sorted(count(300, () => balancer.pick(undefined, []))), [
      [31101, 100],
      [31102, 100],
      [31103, 100],
    ]);
  });

  it('begins with any of equal peers', () => {
    const random = fractions(9);
    const counts = count(3000, () => new LeastConnections(peersOf(1, 1, 1), random).pick(undefined, []));
    for (const [port, times] of counts) assert.ok(times > 900 && times < 1100, `${port}: ${times}`);
  });

  it('goes to the peer whose requests have ended', () => {
    const peers = peersOf(100, 100, 100);
    const balancer = new LeastConnections(peers, fractions(1));
    for (let turn = 0; turn < 9; turn += 1) hold(balancer);
    peers[1]?.state.finished(5, false, 0);
    assert.equal(balancer.pick(undefined, []), peers[1]);
    assert.equal(peers[1]?.state.inFlight, 2);
  });
});

function sorted(counts: ReadonlyMap<number, number>): readonly (readonly [number, number])[] {
  return [...counts].sort(([one], [other]) => one - other);
}
