import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { kongField, kongSchema } from '#gateway/admin/kong-schema.js';

describe('kongField', () => {
  const cases: readonly (readonly [
    string,
    Readonly<Record<string, unknown>>,
    Readonly<Record<string, unknown>>,
  ])[] = [
    ['a string', { type: 'string' }, { type: 'string' }],
    ['a value that may be null', { type: ['string', 'null'] }, { type: 'string' }],
    [
      'null spelled as an alternative',
      { anyOf: [{ type: 'integer' }, { type: 'null' }] },
      { type: 'integer' },
    ],
    ['a range', { type: 'integer', minimum: 0, maximum: 9 }, { type: 'integer', between: [0, 9] }],
    ['a lower limit', { type: 'number', minimum: 1 }, { type: 'number', gt: 0 }],
    ['a choice with null', { enum: ['v0', 'v1', null] }, { type: 'string', one_of: ['v0', 'v1'] }],
    ['a choice of numbers', { enum: [301, 302] }, { type: 'integer', one_of: [301, 302] }],
    ['a default', { type: 'boolean', default: true }, { type: 'boolean', default: true }],
    ['a default of null', { type: ['boolean', 'null'], default: null }, { type: 'boolean' }],
    ['a list', { type: 'array', items: { type: 'string' } }, { type: 'array', elements: { type: 'string' } }],
    [
      'a set with its default',
      { type: 'array', uniqueItems: true, items: { enum: ['http'] }, default: ['http'] },
      { type: 'set', elements: { type: 'string', one_of: ['http'] }, default: ['http'] },
    ],
    ['lengths', { type: 'string', minLength: 1, maxLength: 2 }, { type: 'string', len_min: 1, len_max: 2 }],
    ['an id', { type: 'string', format: 'uuid' }, { type: 'string', uuid: true }],
    [
      'a map',
      { type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } },
      { type: 'map', keys: { type: 'string' }, values: { type: 'array', elements: { type: 'string' } } },
    ],
    [
      'a record',
      { type: 'object', properties: { ip: { type: 'string' }, port: { type: 'integer' } }, required: ['ip'] },
      { type: 'record', fields: [{ ip: { type: 'string', required: true } }, { port: { type: 'integer' } }] },
    ],
    [
      'rules joined from several schemas',
      { allOf: [{ type: 'string' }, { minLength: 2 }], description: 'A word.' },
      { type: 'string', len_min: 2, description: 'A word.' },
    ],
  ];
  for (const [what, schema, expected] of cases) {
    it(`converts ${what}`, () => {
      assert.deepEqual(kongField(schema), expected);
    });
  }
});

describe('kongSchema', () => {
  const schema = {
    type: 'object',
    required: ['protocol'],
    allOf: [
      { if: { required: ['url'] }, else: { required: ['host'] } },
      { if: { required: ['name'] }, else: { required: ['created_at'] } },
    ],
    properties: {
      protocol: { enum: ['http'] },
      sources: { type: 'null' },
      id: { type: 'string', format: 'uuid' },
      created_at: { type: ['integer', 'null'] },
      name: { type: ['string', 'null'] },
      host: { type: 'string' },
      url: { type: 'string' },
      service: { anyOf: [{ type: 'string' }, { type: 'object' }] },
      routes: { type: 'array', items: { type: 'object' } },
      _comment: { type: 'string' },
    },
  };
  const context = { key: 'name', references: { service: 'services' }, nested: new Set(['routes']) };

  it('marks ids, times, keys, references and required fields, and leaves out what only files have', () => {
    assert.deepEqual(kongSchema(schema, context), {
      fields: [
        { protocol: { type: 'string', one_of: ['http'], required: true } },
        { id: { type: 'string', uuid: true, auto: true } },
        { created_at: { type: 'integer', timestamp: true, auto: true } },
        { name: { type: 'string', unique: true } },
        { host: { type: 'string', required: true } },
        { service: { type: 'foreign', reference: 'services' } },
      ],
      shorthand_fields: [{ url: { type: 'string' } }],
    });
  });
});
