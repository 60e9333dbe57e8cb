import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nearest, nearestFew } from '#gateway/config/suggest.js';

describe('did you mean', () => {
  const fields = ['name', 'host', 'hosts', 'paths', 'strip_path', 'preserve_host', 'url'];
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['path', 'paths'],
    ['stripPath', 'strip_path'],
    ['strip-path', 'strip_path'],
    ['preserve_hots', 'preserve_host'],
    ['URL', 'url'],
    ['naem', 'name'],
    ['timeout', undefined],
    ['x', undefined],
    ['', undefined],
  ];
  for (const [word, meant] of cases)
    it(`${word || 'nothing'}: ${meant}`, () => assert.equal(nearest(word, fields), meant));

  it('lists the nearest first', () => {
    assert.deepEqual(nearestFew('users', ['orders', 'user', 'users', 'zzz'], 2), ['users', 'user']);
  });

  it('is quick with long words', () => {
    assert.equal(nearest('a'.repeat(1_000_000), ['b'.repeat(1_000_000)]), undefined);
  });
});
