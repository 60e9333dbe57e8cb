import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { EntityKind } from '#gateway/config/entity-kinds.js';
import { validateEntity } from '#gateway/config/validate-entity.js';
import { fixture } from '../../helpers/root.js';

interface Exchange {
  readonly path: string;
  readonly body: unknown;
  readonly answer: { readonly fields?: Readonly<Record<string, unknown>> };
}

describe('validateEntity', () => {
  const { exchanges }: { exchanges: readonly Exchange[] } = JSON.parse(
    readFileSync(fixture('conformance', 'admin-api.json'), 'utf8'),
  );
  const recorded = exchanges.filter(({ path }) => path.endsWith('/validate'));

  it('has recordings to go by', () => assert.equal(recorded.length, 3));

  for (const { path, body, answer } of recorded) {
    it(`says what Kong says to ${JSON.stringify(body)}`, () => {
      const kind = path.includes('services') ? 'services' : 'routes';
      const said = validateEntity(kind, body).map(({ field, message }) => [
        field,
        field === '@entity' ? [message] : message,
      ]);
      assert.deepEqual(Object.fromEntries(said), answer.fields ?? {});
    });
  }

  const cases: readonly (readonly [EntityKind, unknown, readonly string[]])[] = [
    ['services', [], ['@entity: expected a record']],
    ['services', 'x', ['@entity: expected a record']],
    ['services', { url: 'http://a.test' }, []],
    ['services', { host: 'a', path: null }, []],
    ['services', { host: 'a', routes: [] }, ['routes: unknown field']],
    ['services', { host: 'a', _comment: 'x' }, ['_comment: unknown field']],
    ['routes', { paths: ['/a'] }, []],
    ['routes', { paths: ['/a', '/b//c', '~/('] }, ['paths: must not have empty segments']],
    [
      'routes',
      {},
      ["@entity: must set one of 'methods', 'hosts', 'headers', 'paths', 'snis' when 'protocols' is 'https'"],
    ],
    ['routes', { paths: ['/'], service: { id: 'x' } }, []],
    ['routes', { paths: ['/'], protocols: ['grpc'] }, []],
    ['services', JSON.parse('{"host":"a","toString":1}'), ['toString: unknown field']],
    [
      'upstreams',
      { name: 'u', healthchecks: { active: { type: 'x' } } },
      ['healthchecks.active.type: expected one of: tcp, http, https, grpc, grpcs'],
    ],
    ['targets', { target: 'a:80' }, ['upstream: required field missing']],
  ];
  for (const [kind, body, expected] of cases) {
    it(`answers ${JSON.stringify(body)} of ${kind}`, () => {
      assert.deepEqual(
        validateEntity(kind, body).map(({ field, message }) => `${field}: ${message}`),
        expected,
      );
    });
  }

  it('leaves what it is given alone', () => {
    const body = Object.freeze({ paths: ['/a'], hosts: {}, name: null });
    assert.deepEqual(validateEntity('routes', body), []);
    assert.deepEqual(body, { paths: ['/a'], hosts: {}, name: null });
  });
});
