import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Balancer } from '#gateway/balancer/balancer.js';
import { type Peer, PeerState } from '#gateway/balancer/peer.js';
import { peersOf } from './peers.js';

/** What every balancer does, whatever it goes by. */
export function balancerCases(build: (peers: readonly Peer[]) => Balancer): void {
  const keys = Array.from({ length: 200 }, (_, index) => `key-${index}`);
  const picked = (balancer: Balancer, tried: readonly Peer[] = []): ReadonlySet<Peer | undefined> =>
    new Set(keys.map((key) => balancer.pick(key, tried)));

  it('picks nothing where there is nothing to pick', () => {
    assert.deepEqual(picked(build([])), new Set([undefined]));
    assert.deepEqual(picked(build(peersOf(0, 0))), new Set([undefined]));
    const peers = peersOf(1, 1);
    const balancer = build(peers);
    for (const { state } of peers) state.available = false;
    assert.deepEqual(picked(balancer), new Set([undefined]));
    assert.deepEqual(picked(balancer, peers), new Set([undefined]));
  });

  it('never picks a peer of weight 0', () => {
    const [first, none] = peersOf(1, 0);
    assert.ok(first !== undefined && none !== undefined);
    const balancer = build([first, none]);
    assert.deepEqual(picked(balancer), new Set([first]));
    assert.deepEqual(picked(balancer, [first]), new Set([first]));
  });

  it('leaves out what is not available, until it is again', () => {
    const peers = peersOf(1, 1, 1);
    const [first, second, third] = peers;
    const balancer = build(peers);
    if (second !== undefined) second.state.available = false;
    const without = picked(balancer);
    assert.ok(!without.has(second));
    assert.ok(without.has(first) || without.has(third));
    for (const peer of peers) peer.state.available = peer === second;
    assert.deepEqual(picked(balancer), new Set([second]));
  });

  it('tries every peer once before it tries one again', () => {
    const peers = peersOf(5, 1, 3, 1);
    const balancer = build(peers);
    for (const key of keys) {
      const tried: Peer[] = [];
      for (const _ of peers) {
        const peer = balancer.pick(key, tried);
        assert.ok(peer !== undefined && !tried.includes(peer), key);
        tried.push(peer);
      }
      assert.ok(balancer.pick(key, tried) !== undefined, key);
    }
  });

  it('knows what was tried from before it was built anew', () => {
    const [first, second] = peersOf(1, 1);
    assert.ok(first !== undefined && second !== undefined);
    const again = { ...first };
    assert.deepEqual(picked(build([again, second]), [first]), new Set([second]));
    const replaced = { ...first, state: new PeerState() };
    assert.deepEqual(picked(build([replaced]), [first]), new Set([replaced]));
  });
}
