import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseHost, parseTarget } from '#gateway/proxy/client-target.js';

/** Targets, with path, query and authority; undefined for what is refused. */
const TARGETS: readonly (readonly [
  target: string,
  parts: readonly [path: string, query: string, authority?: string] | undefined,
])[] = [
  ['/', ['/', '']],
  ['/a?b=c', ['/a', '?b=c']],
  ['/a??b', ['/a', '??b']],
  ['/a#b', ['/a#b', '']],
  ['/a?b#c', ['/a', '?b']],
  ['//a/b', ['//a/b', '']],
  ['http://a.test/x?y', ['/x', '?y', 'a.test']],
  ['HTTPS://A.test:81/x', ['/x', '', 'A.test:81']],
  ['http://a.test', ['/', '', 'a.test']],
  ['http://a.test?x', ['/', '?x', 'a.test']],
  ['http://a.test#f', undefined],
  ['http://user@a.test/', undefined],
  ['http:///x', undefined],
  ['http://', undefined],
  ['http:/x', undefined],
  ['*', undefined],
  ['x', undefined],
  ['?x', undefined],
  ['\\x', undefined],
  ['a.test:443', undefined],
];

/** Host values, with name, what is routed and port; undefined for what is refused. */
const HOSTS: readonly (readonly [
  raw: string,
  parts: readonly [name: string, routed: string, port?: number] | undefined,
])[] = [
  ['a.test', ['a.test', 'a.test']],
  ['A.Test:8000', ['a.test', 'a.test', 8000]],
  ['a.test.', ['a.test.', 'a.test']],
  ['a.test.:81', ['a.test.', 'a.test', 81]],
  ['a.test:', ['a.test', 'a.test:']],
  ['a.test:0', ['a.test', 'a.test', 0]],
  ['a.test:x', ['a.test', 'a.test:x']],
  ['.a.test', ['.a.test', '.a.test']],
  ['[::1]', ['[::1]', '[::1]']],
  ['[::1]:81', ['[::1]', '[::1]', 81]],
  ['a%b,c@d', ['a%b,c@d', 'a%b,c@d']],
  ['', undefined],
  ['::1', undefined],
  ['[::1', undefined],
  ['[::1]x', undefined],
  ['a..test', undefined],
  ['a.test..', undefined],
  ['a b', undefined],
  ['a/b', undefined],
  ['a\u0001', undefined],
];

describe('parseTarget', () => {
  for (const [target, parts] of TARGETS) {
    it(`${parts === undefined ? 'refuses' : 'takes apart'} ${target}`, () => {
      const [rawPath, query, authority] = parts ?? [];
      assert.deepEqual(parseTarget(target), parts && { rawPath, query, authority });
    });
  }
});

describe('parseHost', () => {
  for (const [raw, parts] of HOSTS) {
    it(`${parts === undefined ? 'refuses' : 'takes apart'} ${JSON.stringify(raw)}`, () => {
      const [name, routed, port] = parts ?? [];
      assert.deepEqual(parseHost(raw), parts && { raw, name, routed, port });
    });
  }
});
