import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fieldObject, regularFields } from '#gateway/proxy/http2/field-object.js';

describe('fieldObject', () => {
  const rows: readonly (readonly [what: string, raw: readonly string[], fields: object])[] = [
    ['puts names in lower case', ['X-A', 'B'], { 'x-a': 'B' }],
    [
      'keeps lines of one name apart, in their order',
      ['a', '1', 'b', '2', 'A', '3'],
      { a: ['1', '3'], b: '2' },
    ],
    ['joins lines of which Node takes one', ['ETag', 'a', 'etag', 'b', 'etag', 'c'], { etag: 'a, b, c' }],
    [
      'leaves out what speaks of one connection',
      [
        'Connection',
        'x',
        'Keep-Alive',
        'x',
        'Transfer-Encoding',
        'chunked',
        'Upgrade',
        'x',
        'Proxy-Connection',
        'x',
      ],
      {},
    ],
    [
      'keeps trailers of TE, once, and nothing else',
      ['TE', 'gzip', 'te', 'trailers', 'te', 'trailers'],
      { te: 'trailers' },
    ],
    [
      'takes names that are properties of objects',
      ['__proto__', 'a', 'constructor', 'b'],
      { ['__proto__']: 'a', constructor: 'b' },
    ],
    ['writes text beyond latin1 as UTF-8', ['a', '\u010d'], { a: '\xc4\x8d' }],
  ];
  for (const [what, raw, fields] of rows) {
    it(what, () => assert.deepEqual(Object.entries(fieldObject(raw)), Object.entries(fields)));
  }
});

describe('regularFields', () => {
  it('leaves out what is HTTP/2 itself', () => {
    assert.deepEqual(regularFields([':status', '200', 'a', 'b']), ['a', 'b']);
  });
});
