import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placesOf, routesYaml, warningsOf } from '../../helpers/lint.js';

function ambiguous(...routes: readonly string[]): readonly number[] {
  return placesOf('ambiguous-routes', warningsOf(routesYaml(...routes))).map(
    (place) => Number.parseInt(place, 10) - 5,
  );
}

const OVERLAPPING: Readonly<Record<string, readonly string[]>> = {
  'two regexes': ['{paths: ["~/u/\\d+"]}', '{paths: ["~/u/[^/]+"]}'],
  'the wider regex second': ['{paths: ["~/u/[a-z]+$"]}', '{paths: ["~/u/.*"]}'],
  'one path in common': ['{paths: [/a, /b]}', '{paths: [/b, /c]}'],
  'one host in common': ['{hosts: [a.test, b.test]}', '{hosts: [b.test, c.test]}'],
  'one method in common': ['{methods: [GET, POST], paths: [/a]}', '{methods: [PUT, POST], paths: [/a]}'],
  'one header value in common': ['{headers: {v: ["1", "2"]}}', '{headers: {v: ["2", "3"]}}'],
  'plain and wildcard host among four properties': [
    '{methods: [GET], headers: {v: ["1"]}, hosts: [a.test, b.test], paths: [/x]}',
    '{methods: [GET], headers: {v: ["1"]}, hosts: ["a.*"], paths: [/x]}',
  ],
};

const APART: Readonly<Record<string, readonly string[]>> = {
  'regexes of different priority': ['{paths: ["~/u/\\d+"], regex_priority: 1}', '{paths: ["~/u/[^/]+"]}'],
  'regexes that exclude each other': ['{paths: ["~/u/\\d+$"]}', '{paths: ["~/u/[a-z]+$"]}'],
  'prefixes of one length': ['{paths: [/aa]}', '{paths: [/bb]}'],
  'prefixes of different length': ['{paths: [/a]}', '{paths: [/a/b]}'],
  'different hosts': ['{hosts: [a.test], paths: [/a]}', '{hosts: [b.test], paths: [/a]}'],
  'different methods': ['{methods: [GET], paths: [/a]}', '{methods: [PUT], paths: [/a]}'],
  'different header values': ['{headers: {v: ["1"]}}', '{headers: {v: ["2"]}}'],
  'a third route that takes what both match': [
    '{paths: ["~/u/\\d+$"]}',
    '{paths: ["~/u/[0-9]+$"]}',
    '{paths: ["~/u/"], regex_priority: 9}',
  ],
};

describe('two routes of equal precedence', () => {
  for (const [what, routes] of Object.entries(OVERLAPPING)) {
    it(`are told where they overlap: ${what}`, () => assert.deepEqual(ambiguous(...routes), [2]));
  }

  for (const [what, routes] of Object.entries(APART)) {
    it(`are not told where they do not: ${what}`, () => assert.deepEqual(ambiguous(...routes), []));
  }

  it('are told with a request that both match, and with who wins', () => {
    const [issue] = warningsOf(
      routesYaml(
        '{name: a, hosts: [a.test], methods: [PUT], paths: ["~/u/\\d+$"], strip_path: false}',
        '{name: b, hosts: [a.test], methods: [PUT], paths: ["~/u/[^/]{3}"]}',
        '{name: c, hosts: [a.test], methods: [PUT], paths: ["~/u/1[^/]*"]}',
      ),
    );
    assert.equal(
      issue?.message,
      'ranks with route "a" at kong.yaml:6:5, and both match PUT https://a.test/u/1: ' +
        'route "a" wins, for it comes first in the file',
    );
    assert.equal(issue?.name, 'c');
  });

  it('are told as unreachable where the first takes all', () => {
    const codes = warningsOf(routesYaml('{paths: [/a]}', '{paths: [/a]}')).map(({ code }) => code);
    assert.deepEqual(codes, ['unreachable-route']);
  });
});
