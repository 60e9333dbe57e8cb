import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MovingAverage } from '#gateway/balancer/moving-average.js';

describe('MovingAverage', () => {
  it('is not known before the first sample, and is that sample then', () => {
    const average = new MovingAverage();
    assert.equal(average.at(5000), undefined);
    average.add(80, 5000);
    assert.equal(average.at(5000), 80);
  });

  it('falls to 1/e in ten seconds without a sample', () => {
    const average = new MovingAverage();
    average.add(100, 0);
    assert.ok(Math.abs((average.at(10_000) ?? 0) - 100 / Math.E) < 1e-9);
  });

  it('weighs a sample by the time since the last one', () => {
    const average = new MovingAverage();
    average.add(100, 0);
    average.add(900, 100);
    const kept = Math.exp(-0.01);
    assert.ok(Math.abs((average.at(100) ?? 0) - (100 * kept + 900 * (1 - kept))) < 1e-9);
  });

  it('does not mind a clock that stands', () => {
    const average = new MovingAverage();
    average.add(100, 10);
    average.add(50, 10);
    assert.equal(average.at(0), 100);
  });

  it('takes failures only where they are worse', () => {
    const average = new MovingAverage();
    average.add(100, 0);
    average.addWorse(1, 5000);
    assert.ok(Math.abs((average.at(5000) ?? 0) - 100 * Math.exp(-0.5)) < 1e-9);
    average.addWorse(10_000, 10_000);
    assert.ok((average.at(10_000) ?? 0) > 1000);
  });
});
