import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { schemaViolation } from '#gateway/admin/schema-violation.js';

/** As the client gets it. */
function bodyOf(violations: Parameters<typeof schemaViolation>[0]): unknown {
  return JSON.parse(JSON.stringify(schemaViolation(violations).body));
}

describe('schemaViolation', () => {
  it('speaks of one violation in the singular', () => {
    assert.equal(schemaViolation([{ field: 'url', message: 'unknown field' }]).status, 400);
    assert.deepEqual(bodyOf([{ field: 'url', message: 'unknown field' }]), {
      code: 2,
      name: 'schema violation',
      message: 'schema violation (url: unknown field)',
      fields: { url: 'unknown field' },
    });
  });

  it('counts several, those of the whole entity first and the fields sorted', () => {
    assert.deepEqual(
      bodyOf([
        { field: 'url', message: 'unknown field' },
        { field: 'port', message: 'too large' },
        { field: '@entity', message: 'must have a path' },
      ]),
      {
        code: 2,
        name: 'schema violation',
        message: '3 schema violations (must have a path; port: too large; url: unknown field)',
        fields: { '@entity': ['must have a path'], port: 'too large', url: 'unknown field' },
      },
    );
  });

  it('nests the messages of list elements and inner fields', () => {
    assert.deepEqual(
      bodyOf([
        { field: 'paths[1]', message: 'must start with /' },
        { field: 'headers.x-v', message: 'must be a list' },
        { field: 'sources[0].port', message: 'too large' },
      ]),
      {
        code: 2,
        name: 'schema violation',
        message:
          '3 schema violations (headers.x-v: must be a list; paths[1]: must start with /; sources[0].port: too large)',
        fields: {
          paths: [null, 'must start with /'],
          headers: { 'x-v': 'must be a list' },
          sources: [{ port: 'too large' }],
        },
      },
    );
  });

  it('reports a field called __proto__ like any other', () => {
    const body = JSON.stringify(schemaViolation([{ field: '__proto__', message: 'unknown field' }]).body);
    assert.match(body, /"fields":\{"__proto__":"unknown field"\}/);
  });
});
