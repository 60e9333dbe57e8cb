import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PeerStates } from '#gateway/balancer/peer-states.js';

const identity = { upstream: 'u.up', host: 'a.test', address: '10.0.0.1', port: 80 };

describe('PeerStates', () => {
  it('knows an address again by upstream, name, address and port', () => {
    const states = new PeerStates();
    const state = states.of(identity);
    assert.equal(states.of({ ...identity }), state);
    assert.equal(states.find(identity), state);
    for (const other of [{ upstream: 'v.up' }, { host: 'b.test' }, { address: '10.0.0.2' }, { port: 81 }]) {
      assert.equal(states.find({ ...identity, ...other }), undefined);
      assert.notEqual(states.of({ ...identity, ...other }), state);
    }
  });

  it('forgets what nothing has named for five minutes', () => {
    const states = new PeerStates();
    const state = states.of(identity);
    states.sweep(new Set([state]), 0);
    states.sweep(new Set(), 1_000_000);
    states.sweep(new Set(), 1_299_999);
    assert.equal(states.find(identity), state);
    states.sweep(new Set([state]), 1_300_000);
    states.sweep(new Set(), 1_400_000);
    states.sweep(new Set(), 1_699_999);
    assert.equal(states.find(identity), state);
    states.sweep(new Set(), 1_700_000);
    assert.equal(states.find(identity), undefined);
  });
});
