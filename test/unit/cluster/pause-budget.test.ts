import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PauseBudget } from '#gateway/cluster/pause-budget.js';

function pauses(budget: PauseBudget, tries: number, at: (index: number) => number): number {
  return Array.from({ length: tries }, (_, index) => budget.take(at(index))).filter(Boolean).length;
}

describe('PauseBudget', () => {
  it('lets a burst of some hundred connections pause each time, and no more', () => {
    const count = pauses(new PauseBudget(0), 10_000, () => 0);
    assert.ok(count >= 450 && count <= 500, `${count}`);
  });

  it('takes no more than a twentieth of the time in the long run', () => {
    const budget = new PauseBudget(0);
    pauses(budget, 10_000, () => 0);
    const count = pauses(budget, 100_000, (index) => index / 10);
    assert.ok(count * 0.1 > 490 && count * 0.1 <= 501, `${count}`);
  });

  it('saves up no more than one burst', () => {
    const budget = new PauseBudget(0);
    assert.ok(pauses(budget, 10_000, () => 3_600_000) <= 500);
  });
});
