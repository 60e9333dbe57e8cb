import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createBalancer } from '#gateway/balancer/create-balancer.js';
import { isHealthy } from '#gateway/balancer/threshold.js';
import { fractions, peersOf, upstreamOf } from './peers.js';

const SOURCES = { random: fractions(1), now: () => 0 };

describe('the threshold of an upstream', () => {
  it('lets two of four out of the way at 49, not at 50', () => {
    const peers = peersOf(100, 100, 100, 100);
    const at49 = createBalancer(upstreamOf({ healthchecks: { threshold: 49 } }), peers, 4, SOURCES);
    const at50 = createBalancer(upstreamOf({ healthchecks: { threshold: 50 } }), peers, 4, SOURCES);
    assert.ok(at50.pick(undefined, []) !== undefined);
    for (const peer of peers.slice(2)) peer.state.available = false;
    assert.ok(at49.pick(undefined, []) !== undefined);
    assert.equal(at50.pick(undefined, []), undefined);
    for (const peer of peers.slice(2)) peer.state.available = true;
    assert.ok(at50.pick(undefined, []) !== undefined);
  });

  it('counts weight, not peers', () => {
    const peers = peersOf(30, 10, 10);
    if (peers[0] !== undefined) peers[0].state.available = false;
    assert.equal(isHealthy(peers, 39), true);
    assert.equal(isHealthy(peers, 40), false);
  });

  it('is not reached by nothing', () => {
    assert.equal(isHealthy([], 0), false);
    assert.equal(isHealthy(peersOf(0, 0), 0), false);
  });
});

describe('createBalancer', () => {
  const names = {
    'round-robin': 'RoundRobin',
    'least-connections': 'LeastConnections',
    latency: 'Latency',
  };
  for (const [algorithm, name] of Object.entries(names)) {
    it(`knows ${algorithm}`, () => {
      const balancer = createBalancer(upstreamOf({ algorithm }), peersOf(1), 1, SOURCES);
      assert.equal(balancer.constructor.name, name);
    });
  }

  it('hashes where there is something to hash', () => {
    const hashing = upstreamOf({ hash_on: 'ip' });
    assert.equal(createBalancer(hashing, peersOf(1), 1, SOURCES).constructor.name, 'ConsistentHashing');
    const nothing = upstreamOf({ algorithm: 'consistent-hashing' });
    assert.equal(createBalancer(nothing, peersOf(1), 1, SOURCES).constructor.name, 'RoundRobin');
  });
});
