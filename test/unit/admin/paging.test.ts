import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Answer } from '#gateway/admin/answer.js';
import { type Listing, page } from '#gateway/admin/paging.js';

interface Page {
  readonly data: readonly string[];
  readonly next: string | null;
  readonly offset?: string;
}

function listing(rows: readonly string[], scope = 'letters'): Listing<string> {
  return { path: '/letters', rows, scope, cursor: (row) => row, show: (row) => row.toUpperCase() };
}

function pageOf(answer: Answer): Page {
  assert.equal(answer.status, 200);
  const body: unknown = answer.body;
  assert.ok(typeof body === 'object' && body !== null && 'data' in body && 'next' in body);
  return body as Page;
}

function follow(rows: readonly string[], next: string | null): Page {
  assert.ok(next !== null);
  return pageOf(page(listing(rows), new URL(next, 'http://h').searchParams));
}

describe('page', () => {
  const rows = ['a', 'b', 'c', 'd', 'e'];

  it('gives everything and no next link where one page is enough', () => {
    assert.deepEqual(page(listing(rows), new URLSearchParams()).body, {
      data: ['A', 'B', 'C', 'D', 'E'],
      next: null,
    });
    assert.deepEqual(page(listing(rows), new URLSearchParams('size=5')).body, {
      data: ['A', 'B', 'C', 'D', 'E'],
      next: null,
    });
  });

  it('gives an empty list for no rows', () => {
    assert.deepEqual(page(listing([]), new URLSearchParams()).body, { data: [], next: null });
  });

  it('pages without gaps or repetitions when next is followed', () => {
    const first = pageOf(page(listing(rows), new URLSearchParams('size=2')));
    const second = follow(rows, first.next);
    const third = follow(rows, second.next);
    assert.deepEqual([first.data, second.data, third.data], [['A', 'B'], ['C', 'D'], ['E']]);
    assert.equal(third.next, null);
    assert.equal(third.offset, undefined);
  });

  it('shows 100 rows where no size is asked for', () => {
    const many = Array.from({ length: 101 }, (_, index) => String(index).padStart(3, '0'));
    assert.equal(pageOf(page(listing(many), new URLSearchParams())).data.length, 100);
  });

  it('keeps the other query arguments, and drops the old offset, in the next link', () => {
    const first = pageOf(page(listing(rows), new URLSearchParams('tags=x,y/z&size=2')));
    const second = new URL(follow(rows, first.next).next ?? '', 'http://h');
    assert.equal(second.pathname, '/letters');
    assert.equal(second.searchParams.get('tags'), 'x,y/z');
    assert.equal(second.searchParams.get('size'), '2');
    assert.equal(second.searchParams.getAll('offset').length, 1);
  });

  it('makes offsets that need no escaping', () => {
    const first = pageOf(page(listing(['ÿ>?~', 'ÿ>?~~']), new URLSearchParams('size=1')));
    assert.match(first.offset ?? '', /^[\w-]+$/);
    assert.equal(follow(['ÿ>?~', 'ÿ>?~~'], first.next).data.length, 1);
  });

  it('goes on after the last row seen when a reload removed or added rows in between', () => {
    const first = pageOf(page(listing(rows), new URLSearchParams('size=2')));
    assert.deepEqual(follow(['a', 'c', 'd'], first.next).data, ['C', 'D']);
    assert.deepEqual(follow(['a', 'aa', 'b', 'bb', 'c'], first.next).data, ['BB', 'C']);
  });

  it('gives an empty page for an offset that means nothing here', () => {
    const foreign = pageOf(page(listing(rows, 'digits'), new URLSearchParams('size=2'))).offset ?? '';
    for (const offset of ['bad', '', '%%%', foreign]) {
      assert.deepEqual(page(listing(rows), new URLSearchParams({ offset })).body, { data: [], next: null });
    }
  });

  for (const [size, message] of [
    ['0', 'size must be an integer between 1 and 1000'],
    ['-1', 'size must be an integer between 1 and 1000'],
    ['1001', 'size must be an integer between 1 and 1000'],
    ['1.5', 'size must be an integer between 1 and 1000'],
    ['x', 'size must be a number'],
    ['', 'size must be a number'],
    ['1x', 'size must be a number'],
  ] as const) {
    it(`refuses size=${size}`, () => {
      const { status, body } = page(listing(rows), new URLSearchParams({ size }));
      assert.equal(status, 400);
      assert.deepEqual(body, { code: 9, name: 'invalid size', message });
    });
  }

  it('accepts the limits of size', () => {
    assert.equal(page(listing(rows), new URLSearchParams('size=1')).status, 200);
    assert.equal(page(listing(rows), new URLSearchParams('size=1000')).status, 200);
  });
});
