import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LruMap } from '#gateway/dns/lru-map.js';

describe('LruMap', () => {
  it('drops the entry that was used longest ago', () => {
    const map = new LruMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    assert.equal(map.get('a'), 1);
    map.set('c', 3);
    map.set('c', 4);
    assert.deepEqual([map.get('a'), map.get('b'), map.get('c')], [1, undefined, 4]);
  });
});
