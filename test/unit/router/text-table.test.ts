import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hashCode, hashScope, type Keyed, TextTable } from '#gateway/router/text-table.js';

function hashOf(scope: number, text: string, start = 0, end = text.length): number {
  let hash = hashScope(scope);
  for (let i = start; i < end; i++) hash = hashCode(hash, text.charCodeAt(i));
  return hash;
}

function find(table: TextTable<Keyed>, scope: number, text: string, start = 0, end = text.length) {
  return table.find(hashOf(scope, text, start, end), scope, text, start, end);
}

describe('TextTable', () => {
  it('finds each of its items, full as it may be, and nothing else', () => {
    for (const count of [0, 1, 2, 7, 100, 20_000]) {
      const items = Array.from({ length: count }, (_, index) => ({
        scope: index % 3,
        text: `text-${index}`,
      }));
      const table = new TextTable<Keyed>(count);
      for (const item of items) assert.equal(table.put(item), undefined);
      for (const item of items) assert.equal(find(table, item.scope, item.text), item);
      for (const { scope, text } of items) {
        assert.equal(find(table, scope + 1, text), undefined);
        assert.equal(find(table, scope, `${text}.`), undefined);
      }
      assert.equal(find(table, 0, ''), undefined);
    }
  });

  it('finds an item by a part of a text, from any place to any other', () => {
    const table = new TextTable<Keyed>(2);
    const item = { scope: 4, text: 'bcd' };
    const empty = { scope: 4, text: '' };
    table.put(item);
    table.put(empty);
    assert.equal(find(table, 4, 'abcde', 1, 4), item);
    assert.equal(find(table, 4, 'abcde', 2, 2), empty);
    assert.equal(find(table, 4, 'abcde', 1, 5), undefined);
    assert.equal(find(table, 4, 'abcde', 0, 4), undefined);
  });

  it('hands back what it puts another in place of', () => {
    const table = new TextTable<Keyed>(1);
    const [old, fresh] = [
      { scope: 0, text: 'a' },
      { scope: 0, text: 'a' },
    ];
    table.put(old);
    assert.equal(table.put(fresh), old);
    assert.equal(find(table, 0, 'a'), fresh);
  });

  it('tells equal texts of different scopes apart', () => {
    const table = new TextTable<Keyed>(1);
    table.put({ scope: 0, text: 'a' });
    // Thousands of scopes, so that in some the slot and its bits of the hash are the same.
    for (let scope = 1; scope < 5000; scope++) assert.equal(find(table, scope, 'a'), undefined);
  });

  it('tells texts with the same hash apart', () => {
    const table = new TextTable<Keyed>(2);
    const [one, other] = ['/a073zx', '/a0apad'];
    assert.equal(hashOf(0, one), hashOf(0, other));
    table.put({ scope: 0, text: one });
    assert.equal(find(table, 0, other), undefined);
    table.put({ scope: 0, text: other });
    assert.equal(find(table, 0, one)?.text, one);
    assert.equal(find(table, 0, other)?.text, other);
  });
});
