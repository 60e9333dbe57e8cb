import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTagFilter, tagCursor, tagRows } from '#gateway/admin/tags.js';
import { sampleEntity, sampleKind, sampleView } from './sample.js';

describe('parseTagFilter', () => {
  const cases: readonly (readonly [string | null, readonly string[] | null, boolean])[] = [
    [null, null, true],
    [null, ['a'], true],
    ['a', ['a', 'b'], true],
    ['a', ['b'], false],
    ['a', [], false],
    ['a', null, false],
    ['a,b', ['b', 'x', 'a'], true],
    ['a,b', ['a'], false],
    ['a/b', ['b'], true],
    ['a/b', ['c'], false],
    ['a/b', null, false],
    ['team a', ['team a'], true],
    ['grün/ö', ['ö'], true],
    ['a', ['A'], false],
  ];
  for (const [text, tags, expected] of cases) {
    it(`${text ?? 'no filter'} ${expected ? 'wants' : 'does not want'} tags ${JSON.stringify(tags)}`, () => {
      const filter = parseTagFilter(text);
      assert.ok(typeof filter === 'function');
      assert.equal(filter(sampleEntity('1', null, tags)), expected);
    });
  }

  for (const text of ['a,b/c', 'a/b,c', 'a,,b', ',', '/', 'a/', ',a', 'a,']) {
    it(`refuses ${text}`, () => {
      assert.equal(parseTagFilter(text), 'invalid filter syntax');
    });
  }

  it('refuses an empty filter', () => {
    assert.equal(parseTagFilter(''), 'cannot be null');
  });
});

describe('tagRows', () => {
  const services = sampleKind('services', [
    sampleEntity('2', 'b', ['x', 'a', 'x']),
    sampleEntity('1', 'a', ['x']),
  ]);
  const routes = sampleKind('routes', [sampleEntity('3', 'c', ['x']), sampleEntity('4', 'd')]);
  const { entities } = sampleView();

  it('lists every tag once per entity, sorted by kind, id and tag', () => {
    assert.deepEqual(
      tagRows([services, routes], entities).map((row) => `${row.entity_name} ${row.entity_id} ${row.tag}`),
      ['routes 3 x', 'services 1 x', 'services 2 a', 'services 2 x'],
    );
  });

  it('lists in the order of its cursors, so that pages follow each other', () => {
    const names = ['key', 'key_sets', 'keys', 'acls'];
    const kinds = names.map((name) => sampleKind(name, [sampleEntity('1', null, ['b', 'a|', 'a'])]));
    const cursors = tagRows(kinds, entities).map(tagCursor);
    assert.deepEqual(cursors, [...cursors].sort());
    assert.equal(cursors.length, 12);
  });

  it('lists the entities of one tag', () => {
    assert.deepEqual(tagRows([services, routes], entities, 'a'), [
      { entity_name: 'services', entity_id: '2', tag: 'a' },
    ]);
    assert.deepEqual(tagRows([services, routes], entities, 'none'), []);
  });
});
