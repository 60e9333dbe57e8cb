import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Route } from '#gateway/config/entities.js';
import { comparePrecedence, pathClasses, precedenceOf } from '#gateway/router/precedence.js';
import { loadObject } from '../../helpers/proxy.js';
import { namer, type Query } from '../../helpers/routes.js';

const everything: Query = {
  method: 'GET',
  host: 'x.a.test',
  path: '/foo/bar/baz',
  headers: [
    ['X-A', '1'],
    ['X-B', '2'],
  ],
};

/** Pairs of routes that both match `everything`: the first wins, whatever the order of the file. */
const STRONGER: readonly (readonly [why: string, winner: object, loser: object])[] = [
  ['more properties', { paths: ['/foo'], methods: ['GET'] }, { paths: ['/foo/bar'] }],
  [
    'four properties before a plain host and a regex',
    { hosts: ['*.a.test'], methods: ['GET'], paths: ['/'], headers: { 'x-a': ['1'] } },
    { hosts: ['x.a.test'], paths: ['~/foo.*'], regex_priority: 9, headers: { 'x-a': ['1'], 'x-b': ['2'] } },
  ],
  ['a plain host before a wildcard', { hosts: ['x.a.test'] }, { hosts: ['*.a.test'] }],
  [
    'a plain host before a wildcard beside a plain one',
    { hosts: ['x.a.test'] },
    { hosts: ['x.a.test', '*.b.test'] },
  ],
  ['a plain host before a regex', { hosts: ['x.a.test'] }, { paths: ['~/foo'] }],
  ['a plain host before more properties', { hosts: ['x.a.test'] }, { methods: ['GET'], paths: ['/foo'] }],
  ['a regex before more properties', { paths: ['~/fo'] }, { methods: ['GET'], paths: ['/foo/bar/baz'] }],
  ['a regex before a prefix', { paths: ['~/fo'] }, { paths: ['/foo/bar/baz'] }],
  ['more headers', { headers: { 'x-a': ['1'], 'x-b': ['2'] } }, { headers: { 'x-a': ['1'] } }],
  [
    'a higher regex_priority',
    { paths: ['~/fo'], regex_priority: 2 },
    { paths: ['~/foo/bar/baz'], regex_priority: 1 },
  ],
  ['regex_priority 0 before a negative one', { paths: ['~/fo'] }, { paths: ['~/foo'], regex_priority: -1 }],
  ['a longer prefix', { paths: ['/foo/bar'] }, { paths: ['/foo'] }],
  ['a longer prefix of a route with a short one', { paths: ['/', '/foo/bar'] }, { paths: ['/foo'] }],
];

describe('precedence', () => {
  for (const [why, winner, loser] of STRONGER) {
    it(`goes to ${why}`, () => {
      const pair = [
        { name: 'winner', ...winner },
        { name: 'loser', ...loser },
      ];
      assert.equal(namer(pair)(everything), 'winner');
      assert.equal(namer(pair.toReversed())(everything), 'winner');
    });
  }

  it('splits the paths of a route into one class for all regexes and one for each length of prefix', () => {
    const route = routeWith({ paths: ['/a', '~/x', '/bb', '/c', '~/yy', '/é'] });
    assert.deepEqual(pathClasses(route), [
      { regex: false, length: 2, paths: ['/a', '/c'] },
      { regex: true, length: 0, paths: ['~/x', '~/yy'] },
      { regex: false, length: 3, paths: ['/bb', '/é'] },
    ]);
    assert.deepEqual(pathClasses(routeWith({ hosts: ['a.test'] })), [{ regex: false, length: 0, paths: [] }]);
  });

  it('ties where only values differ', () => {
    const [first, ...others] = [
      { paths: ['/foo'], methods: ['GET'] },
      { paths: ['/bar'], methods: ['PUT', 'GET'] },
      { paths: ['/baz'], hosts: ['*.test'] },
    ].map((fields) => {
      const route = routeWith(fields);
      const [paths] = pathClasses(route);
      assert.ok(paths);
      return precedenceOf(route, paths);
    });
    assert.ok(first);
    for (const other of others) assert.equal(comparePrecedence(first, other), 0);
  });
});

function routeWith(fields: object): Route {
  const [route] = loadObject({ routes: [{ name: 'r', ...fields }] }).routes;
  assert.ok(route);
  return route;
}
