import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BackOff } from '#gateway/cluster/back-off.js';

describe('BackOff', () => {
  it('doubles from 100 ms to 30 s', () => {
    const backOff = new BackOff();
    const pauses = Array.from({ length: 11 }, () => backOff.after(5));
    assert.deepEqual(pauses, [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
  });

  it('begins anew after a life of a minute', () => {
    const backOff = new BackOff();
    for (let death = 0; death < 5; death += 1) backOff.after(59_999);
    assert.equal(backOff.after(60_000), 100);
    assert.equal(backOff.after(0), 200);
  });
});
