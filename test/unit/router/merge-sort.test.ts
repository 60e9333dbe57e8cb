import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mergeSort } from '#gateway/router/merge-sort.js';
import { doAtOnce } from '#gateway/steps.js';
import { randomFrom } from '../../helpers/random.js';

interface Item {
  readonly key: number;
  readonly place: number;
}

const byKey = (a: Item, b: Item): number => a.key - b.key;

function itemsOf(count: number): readonly Item[] {
  const random = randomFrom(count);
  return Array.from({ length: count }, (_, place) => ({ key: random.int(50), place }));
}

describe('mergeSort', () => {
  it('sorts as toSorted does, and keeps the order of equal items', () => {
    for (const count of [0, 1, 2, 255, 256, 257, 511, 513, 1000, 5000]) {
      const items = itemsOf(count);
      assert.deepEqual(doAtOnce(mergeSort(items, byKey)), items.toSorted(byKey), String(count));
    }
  });

  it('leaves what it was given as it is', () => {
    const items = itemsOf(600);
    const before = [...items];
    doAtOnce(mergeSort(items, byKey));
    assert.deepEqual(items, before);
  });

  it('compares no more than some thousand times in one step', () => {
    let comparisons = 0;
    const steps = mergeSort(itemsOf(20_000), (a, b) => {
      comparisons += 1;
      return byKey(a, b);
    });
    for (let step = steps.next(); step.done !== true; step = steps.next()) {
      assert.ok(comparisons <= 2048, `${comparisons} comparisons`);
      comparisons = 0;
    }
  });
});
