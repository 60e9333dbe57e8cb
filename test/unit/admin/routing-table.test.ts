import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ok } from '#gateway/admin/answer.js';
import { type Endpoint, type Handler, RoutingTable } from '#gateway/admin/routing-table.js';
import { sampleRequest, sampleView } from './sample.js';

function echo(name: string): Handler {
  return (_request, _view, params) => ok({ name, params });
}

const endpoints: readonly Endpoint[] = [
  { pattern: '/', methods: { GET: echo('root') } },
  { pattern: '/a/{id}', methods: { GET: echo('one'), PUT: echo('put') } },
  { pattern: '/a/enabled', methods: { GET: echo('enabled') } },
  { pattern: '/a', methods: { GET: echo('all'), POST: echo('post') } },
  { pattern: '/ab', methods: { POST: echo('check') } },
  { pattern: '/a/{id}/b/{other}', methods: { GET: echo('two') } },
];
const table = new RoutingTable(endpoints);

function answer(method: string, target: string): unknown {
  return table.answer(sampleRequest(method, target), sampleView());
}

describe('RoutingTable', () => {
  const found: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
    ['/', 'root', {}],
    ['', 'root', {}],
    ['/a', 'all', {}],
    ['/a/', 'all', {}],
    ['/a?x=1', 'all', {}],
    ['/a/enabled', 'enabled', {}],
    ['/a/x', 'one', { id: 'x' }],
    ['/a/x%20y%2Fz', 'one', { id: 'x y/z' }],
    ['/a/100%', 'one', { id: '100%' }],
    ['/a/..', 'one', { id: '..' }],
    ['/a/x/b/y/', 'two', { id: 'x', other: 'y' }],
    ['http://elsewhere:1/a/x?y', 'one', { id: 'x' }],
    ['http://elsewhere', 'root', {}],
  ];
  for (const [target, name, params] of found) {
    it(`finds ${name} at '${target}'`, () => {
      assert.deepEqual(answer('GET', target), { status: 200, body: { name, params } });
    });
  }

  for (const target of ['/nope', '//', '//a', '/a//', '/a/x/b', '/a/x/b//', '/A', '*']) {
    it(`finds nothing at '${target}'`, () => {
      assert.deepEqual(answer('GET', target), { status: 404, body: { message: 'Not found' } });
    });
  }

  it('answers HEAD like GET', () => {
    assert.deepEqual(answer('HEAD', '/a'), answer('GET', '/a'));
  });

  it('lists the methods of an endpoint for OPTIONS', () => {
    assert.deepEqual(answer('OPTIONS', '/a'), {
      status: 204,
      headers: { Allow: 'GET, HEAD, OPTIONS, POST' },
    });
    assert.deepEqual(answer('OPTIONS', '/ab'), { status: 204, headers: { Allow: 'OPTIONS, POST' } });
  });

  it('refuses other methods with what is allowed', () => {
    for (const method of ['DELETE', 'TRACE', 'constructor']) {
      assert.deepEqual(answer(method, '/a'), {
        status: 405,
        headers: { Allow: 'GET, HEAD, OPTIONS, POST' },
        body: { message: 'Method not allowed' },
      });
    }
  });

  it('lists its patterns segment by segment', () => {
    assert.deepEqual(table.patterns, ['/', '/a', '/a/enabled', '/a/{id}', '/a/{id}/b/{other}', '/ab']);
  });
});
