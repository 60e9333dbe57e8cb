import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseForm } from '#gateway/admin/form.js';

const schema = {
  type: 'object',
  properties: {
    port: { type: 'integer' },
    weight: { type: ['number', 'null'] },
    enabled: { anyOf: [{ type: 'null' }, { type: 'boolean' }] },
    name: { type: 'string' },
    tags: { type: ['array', 'null'], items: { type: 'string' } },
    codes: { type: 'array', items: { enum: [301, 302] } },
    headers: { type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } },
    nested: {
      type: 'object',
      properties: { deep: { type: 'object', properties: { flag: { type: 'boolean' } } } },
    },
  },
};

describe('parseForm', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['', {}],
    ['name=a+b%21', { name: 'a b!' }],
    ['port=80', { port: 80 }],
    ['port=http', { port: 'http' }],
    ['weight=1.5', { weight: 1.5 }],
    ['enabled=true&name=true', { enabled: true, name: 'true' }],
    ['enabled=false', { enabled: false }],
    ['enabled=yes', { enabled: 'yes' }],
    ['name=', { name: null }],
    ['tags=', { tags: null }],
    ['tags=a', { tags: ['a'] }],
    ['tags=a&tags=b', { tags: ['a', 'b'] }],
    ['tags[]=a&tags[]=b', { tags: ['a', 'b'] }],
    ['tags[2]=b&tags[1]=a', { tags: ['a', 'b'] }],
    ['tags[2]=b&tags[]=c', { tags: ['b', 'c'] }],
    ['codes[]=301&codes[]=302', { codes: [301, 302] }],
    ['headers.x-v=1', { headers: { 'x-v': ['1'] } }],
    ['headers.x-v[]=1&headers.x-v[]=2', { headers: { 'x-v': ['1', '2'] } }],
    ['nested.deep.flag=true', { nested: { deep: { flag: true } } }],
    ['unknown=1', { unknown: '1' }],
    ['append=1&x.append=2', { append: '1', x: { append: '2' } }],
  ];
  for (const [text, expected] of cases) {
    it(`reads ${text || 'nothing'}`, () => {
      assert.deepEqual(parseForm(text, schema), expected);
    });
  }

  it('makes no long list from one large position', () => {
    assert.deepEqual(parseForm('tags[999999999]=a&tags[]=b', schema), { tags: ['a', 'b'] });
  });

  it('takes a name of endless steps as one word', () => {
    const name = `a${'[1]'.repeat(50_000)}`;
    assert.deepEqual(parseForm(`${name}x=1`, schema), { [`${name}x`]: '1' });
  });

  it('keeps __proto__ an ordinary name', () => {
    const form = parseForm('__proto__.polluted=1', schema);
    assert.deepEqual(Object.keys(form), ['__proto__']);
    assert.equal('polluted' in {}, false);
    assert.equal(Object.getPrototypeOf(form), Object.prototype);
  });
});
