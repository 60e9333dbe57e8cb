import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placesOf, routesYaml, warningsOf } from '../../helpers/lint.js';

/** The routes of a config of which a warning says that they never match, by their number from 1. */
function unreachable(...routes: readonly string[]): readonly number[] {
  // The first route stands on line 6.
  return placesOf('unreachable-route', warningsOf(routesYaml(...routes))).map(
    (place) => Number.parseInt(place, 10) - 5,
  );
}

const SHADOWED: Readonly<Record<string, readonly string[]>> = {
  'the same path twice': ['{paths: [/a]}', '{paths: [/a]}'],
  'a prefix behind a regex that takes all below it': ['{paths: [/a/b]}', '{paths: ["~/a"]}'],
  'a regex behind an equal one of higher priority': [
    '{paths: ["~/a/\\d+$"]}',
    '{paths: ["~/a/\\d+$"], regex_priority: 1}',
  ],
  'a regex behind a wider one': ['{paths: ["~/a/\\d+"]}', '{paths: ["~/a/"], regex_priority: 1}'],
  'each path behind another route': ['{paths: [/a, /b]}', '{paths: ["~/a"]}', '{paths: ["~/b"]}'],
  'each host behind another route': [
    '{hosts: [a.test, b.test], paths: [/x]}',
    '{hosts: [a.test], paths: ["~/x"]}',
    '{hosts: [b.test], paths: ["~/"]}',
  ],
  'each method behind another route': [
    '{methods: [GET, POST], paths: [/x]}',
    '{methods: [GET], paths: ["~/x"]}',
    '{methods: [POST, PUT], paths: ["~/x"]}',
  ],
  'a subdomain behind a wildcard': [
    '{hosts: ["*.b.test", c.b.test], paths: [/x]}',
    '{hosts: ["*.test"], paths: ["~/x"]}',
  ],
  'a wildcard at the end behind a shorter one': [
    '{hosts: ["a.b.*"], paths: [/x]}',
    '{hosts: ["a.*"], paths: ["~/x"]}',
  ],
  'a host with port behind the same without': [
    '{hosts: ["a.test:8000"], paths: [/x]}',
    '{hosts: [a.test], paths: ["~/x"]}',
  ],
  'header values behind more of them': [
    '{headers: {x-v: ["1"]}, paths: [/x]}',
    '{headers: {X-V: ["2", "1"]}, paths: ["~/x"]}',
  ],
  'a header value behind a pattern': [
    '{headers: {x-v: [abc]}, paths: [/x]}',
    '{headers: {x-v: ["~*^A"]}, paths: ["~/x"]}',
  ],
  'snis behind more of them': [
    '{protocols: [https], snis: [a.test], paths: [/x]}',
    '{protocols: [https], snis: [b.test, A.test], paths: ["~/x"]}',
  ],
  'https behind http, for the protocol takes no part in the choice': [
    '{protocols: [https], paths: [/x]}',
    '{protocols: [http], paths: ["~/x"]}',
  ],
  'plain hosts behind four properties': [
    '{methods: [GET], headers: {v: ["1"]}, hosts: [a.test], paths: [/x/y], regex_priority: 9}',
    '{methods: [GET], headers: {v: ["1"]}, hosts: ["*.test", a.test], paths: ["~/x"], regex_priority: 5}',
  ],
};

const REACHABLE: Readonly<Record<string, readonly string[]>> = {
  'a shorter prefix behind a longer one': ['{paths: [/a]}', '{paths: [/a/b]}'],
  'a longer prefix, which is tried first': ['{paths: [/a/b]}', '{paths: [/a]}'],
  'a prefix behind a regex that ends': ['{paths: [/a]}', '{paths: ["~/a$"]}'],
  'a prefix behind a regex with a boundary': ['{paths: [/a]}', '{paths: ["~/a\\b"]}'],
  'a prefix behind a regex that asks for more': ['{paths: [/a]}', '{paths: ["~/a/.+"]}'],
  'a regex whose second alternative is not anchored': [
    '{paths: ["~/a/1|/b"]}',
    '{paths: ["~/a"], regex_priority: 1}',
  ],
  'a regex in other letters': ['{paths: ["~/(?i)abc"]}', '{paths: ["~/abc"], regex_priority: 1}'],
  'one path that is left over': ['{paths: [/a, /b]}', '{paths: ["~/a"]}'],
  'one host that is left over': [
    '{hosts: [a.test, b.test], paths: [/x]}',
    '{hosts: [a.test], paths: ["~/x"]}',
  ],
  'one method that is left over': ['{methods: [GET, PUT], paths: [/x]}', '{methods: [GET], paths: ["~/x"]}'],
  'all methods behind some': ['{paths: [/x]}', '{methods: [GET], paths: ["~/x"]}'],
  'any host behind some': ['{paths: [/x]}', '{hosts: [a.test], paths: ["~/x"]}'],
  'a wildcard behind a name': ['{hosts: ["*.test"], paths: [/x]}', '{hosts: [a.test], paths: ["~/x"]}'],
  'the name itself behind its subdomains': [
    '{hosts: [b.test], paths: [/x]}',
    '{hosts: ["*.b.test"], paths: ["~/x"]}',
  ],
  'a host behind the same with a port': [
    '{hosts: [a.test], paths: [/x]}',
    '{hosts: ["a.test:8000"], paths: ["~/x"]}',
  ],
  'a header value that is left over': [
    '{headers: {x-v: ["1", "3"]}, paths: [/x]}',
    '{headers: {x-v: ["2", "1"]}, paths: ["~/x"]}',
  ],
  'another header': ['{headers: {x-v: ["1"]}, paths: [/x]}', '{headers: {x-w: ["1"]}, paths: ["~/x"]}'],
  'no header behind one': ['{paths: [/x]}', '{headers: {x-v: ["1"]}, paths: ["~/x"]}'],
  'no sni behind any': [
    '{protocols: [https], paths: [/x]}',
    '{protocols: [https], snis: ["*"], paths: ["~/x"]}',
  ],
  'no path behind /': ['{hosts: [a.test]}', '{hosts: [a.test], paths: ["~/"]}'],
  'an earlier route behind a later one': ['{paths: [/a]}', '{paths: [/b]}'],
};

describe('a route that can never match', () => {
  for (const [what, routes] of Object.entries(SHADOWED)) {
    it(`is told: ${what}`, () => {
      const expected = what === 'the same path twice' ? [2] : [1];
      assert.deepEqual(unreachable(...routes), expected);
    });
  }

  for (const [what, routes] of Object.entries(REACHABLE)) {
    it(`is not told: ${what}`, () => assert.deepEqual(unreachable(...routes), []));
  }

  it('is told with the other place and the reason', () => {
    const [issue] = warningsOf(routesYaml('{name: old, paths: [/a/b]}', '{name: new, paths: ["~/a"]}'));
    assert.equal(
      issue?.message,
      'never matches: route "new" at kong.yaml:7:5 takes all its requests, for a regex goes before a prefix',
    );
    assert.equal(issue?.name, 'old');
  });

  it('is told once for routes of a disabled service by neither side', () => {
    const text = routesYaml('{name: a, paths: [/a]}').replace('host: h', 'host: h\n  enabled: false');
    const other = '- name: t\n  host: h\n  routes:\n  - {name: b, paths: [/a]}\n';
    assert.deepEqual(placesOf('unreachable-route', warningsOf(text + other)), []);
  });
});
