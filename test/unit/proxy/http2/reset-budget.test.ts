import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ResetBudget } from '#gateway/proxy/http2/reset-budget.js';

describe('ResetBudget', () => {
  it('gives a burst at once, and then so many a second', () => {
    const budget = new ResetBudget(3, 2, 0);
    assert.deepEqual(
      [1, 2, 3, 4].map((now) => budget.take(now)),
      [true, true, true, false],
    );
    assert.deepEqual(
      [504, 505].map((now) => budget.take(now)),
      [true, false],
    );
  });

  it('never saves more than the burst', () => {
    const budget = new ResetBudget(2, 1_000, 0);
    const later = 60_000;
    assert.deepEqual([budget.take(later), budget.take(later), budget.take(later)], [true, true, false]);
  });
});
