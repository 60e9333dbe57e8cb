import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { translateRegex } from '#gateway/regex.js';

/** Patterns, what JavaScript gets, and what every match begins with. */
const TRANSLATIONS: readonly (readonly [pattern: string, source: string, prefix: string])[] = [
  ['', '', ''],
  ['/a/b', '\\/a\\/b', '/a/b'],
  ['/a.b', '\\/a[^\\n]b', '/a'],
  ['/foo(bar)?', '\\/foo(bar)?', '/foo'],
  ['/foo?', '\\/foo?', '/fo'],
  ['/a|/b', '\\/a|\\/b', ''],
  ['/(?:a|b)', '\\/(?:a|b)', '/'],
  ['/é', '\\/é', '/é'],
  ['/}]', '\\/\\}\\]', '/}]'],
  ['/(?<id>[^/]+)/y$', '\\/(?<id>[^\\/]+)\\/y$', '/'],
  ['/(?P<id>\\d+)', '\\/(?<id>\\d+)', '/'],
  ['/a{2,3}?', '\\/a{2,3}?', '/'],
  ['/a**', '\\/(?:a*)*', '/'],
  ['(?i)/a9é', '\\/[aA]9[éÉ]', '/'],
  ['/(?i:a)b', '\\/(?:[aA])b', '/'],
  ['/(?i)a(?-i)b', '\\/[aA]b', '/'],
  ['/(?s)a.', '\\/a[^]', '/a'],
  ['/(?U)a+', '\\/a+?', '/'],
  ['/(?x) a # c\n b', '\\/ab', '/ab'],
  ['/[]a]', '\\/[\\]a]', '/'],
  ['/[^]a]', '\\/[^\\]a]', '/'],
  ['/[a-]', '\\/[a\\-]', '/'],
  ['/[\\w-]', '\\/[\\w\\-]', '/'],
  ['/[[:alpha:]_]', '\\/[A-Za-z_]', '/'],
  ['/\\x41\\x{42}\\u0043', '\\/ABC', '/ABC'],
  ['/\\.\\-\\/', '\\/\\.\\-\\/', '/.-/'],
  ['/\\Ax\\z', '\\/^x$', '/'],
];

/** Patterns that are refused, with the place in them. */
const REFUSALS: readonly (readonly [pattern: string, message: string, offset: number])[] = [
  ['/(?=a)', 'look-around is not supported', 1],
  ['/(?!a)', 'look-around is not supported', 1],
  ['/(?<=a)', 'look-around is not supported', 1],
  ['/(?<!a)', 'look-around is not supported', 1],
  ['/(a)\\1', 'back-references are not supported', 4],
  ['/\\k<a>', 'back-references are not supported', 1],
  ['/(?>a)', 'atomic groups are not supported', 1],
  ['/(a', 'unclosed group', 1],
  ['/a)', 'unopened group', 2],
  ['/[a', 'unclosed character class', 1],
  ['/a|*', 'nothing to repeat before "*"', 3],
  ['/{id}', 'a "{" that does not say how often to repeat', 1],
  ['{id}', 'a "{" that does not follow what it repeats', 0],
  ['/a{3,2}', 'repetition range is the wrong way round', 2],
  ['/\\', 'incomplete escape at the end', 1],
  ['/\\q', 'unknown escape \\q', 1],
  ['/[a-\\d]', 'unknown escape \\d', 4],
  ['/\\p{L}', 'Unicode classes are not supported', 1],
  ['/[a&&b]', 'set operations in a class are not supported', 3],
  ['/[[a]]', 'a "[" inside a character class', 2],
  ['/[[:^alpha:]]', 'negated POSIX classes are not supported', 2],
  ['/[z-a]', 'class range is the wrong way round', 3],
  ['/[😀]', 'characters beyond U+FFFF cannot stand in a class', 2],
  ['/(?<a>x)(?<a>y)', 'duplicate group name "a"', 11],
  ['/(?<1>x)', 'invalid group name', 4],
  ['/(?z)', 'unknown group flag "z"', 1],
  ['/\\x', 'invalid character code', 1],
  ['/\\x{110000}', 'invalid character code', 1],
  ['/a{1000}{1000}', 'repeats too much to match in bounded time', 0],
  ['/(a|b){20,30}', 'a group that catches inside a large {n,m}', 0],
];

/** Patterns, a path, and what a match at its start is, group by group; undefined for no match. */
const MATCHES: readonly (readonly [
  pattern: string,
  path: string,
  groups: readonly (string | undefined)[] | undefined,
])[] = [
  ['/foo', '/foobar', ['/foo']],
  ['/foo$', '/foobar', undefined],
  ['/foo', '/FOO', undefined],
  ['(?i)/foo', '/FOO', ['/FOO']],
  ['(?i)/straße', '/STRASSE', undefined],
  ['/a.b', '/a\nb', undefined],
  ['/(?s)a.b', '/a\nb', ['/a\nb']],
  ['/a|/b', '/b', ['/b']],
  ['/(a|ab)(c|bcd)', '/abcd', ['/abcd', 'a', 'bcd']],
  ['/a+?', '/aaa', ['/a']],
  ['/(?U)a+', '/aaa', ['/aaa'.slice(0, 2)]],
  ['/(?U)a+?', '/aaa', ['/aaa']],
  ['/(?<y>\\d{4})-(\\d\\d)', '/2026-11', ['/2026-11', '2026', '11']],
  ['/(a)|/(b)', '/b', ['/b', undefined, 'b']],
  ['/[[:digit:]]+x', '/12x', ['/12x']],
  ['/[^/]+/y', '/x/y', ['/x/y']],
  ['/[^/]+/y', '/x/z/y', undefined],
  ['/\\d{30}', `/${'7'.repeat(30)}`, [`/${'7'.repeat(30)}`]],
  ['/\\d{30}', `/${'7'.repeat(29)}`, undefined],
  ['/(a){30}', `/${'a'.repeat(30)}`, [`/${'a'.repeat(30)}`, 'a']],
  ['/(?:a){20,22}$', `/${'a'.repeat(22)}`, [`/${'a'.repeat(22)}`]],
  ['/(?:a){20,22}$', `/${'a'.repeat(23)}`, undefined],
  ['/a{20,}b', `/${'a'.repeat(90)}b`, [`/${'a'.repeat(90)}b`]],
  ['/(?:a{5}){5}$', `/${'a'.repeat(25)}`, [`/${'a'.repeat(25)}`]],
  ['/(?:a{5}){5}$', `/${'a'.repeat(24)}`, undefined],
  ['/a$b', '/a$b', undefined],
  ['/a\\$b', '/a$b', ['/a$b']],
  ['/😀+x', '/😀x', ['/😀x']],
];

/** Patterns that take time exponential or of a high power in a backtracking matcher. */
const HOSTILE = [
  '/(a+)+$',
  '/(x+x+)+y',
  '/(a|a)*$',
  '/(a*)*b',
  '/(a|aa)+$',
  '/(.*)*b$',
  '/a*a*a*a*b',
  '/(?:a{0,12})*b',
];
const LIMIT_MS = 50;

describe('translateRegex', () => {
  for (const [pattern, source, literalPrefix] of TRANSLATIONS) {
    it(`translates ${JSON.stringify(pattern)}`, () => {
      assert.deepEqual(translateRegex(pattern), { ok: true, source, flags: '', literalPrefix });
    });
  }

  for (const [pattern, message, offset] of REFUSALS) {
    it(`refuses ${JSON.stringify(pattern)} and points at the place`, () => {
      const result = translateRegex(pattern);
      assert.ok(!result.ok);
      assert.deepEqual([result.message, result.offset], [message, offset]);
    });
  }

  it('says what to write instead of a path parameter in braces', () => {
    const result = translateRegex('/users/{id}');
    assert.ok(!result.ok);
    assert.match(result.hint ?? '', /\(\?<name>\[\^\/\]\+\)/);
  });

  for (const [pattern, path, groups] of MATCHES) {
    it(`matches ${JSON.stringify(pattern)} against ${JSON.stringify(path.slice(0, 40))}`, () => {
      const found = compile(pattern).exec(path);
      assert.deepEqual(found === null ? undefined : [...found], groups);
    });
  }

  for (const pattern of HOSTILE) {
    it(`matches ${pattern} against hostile paths of 8 kB within ${LIMIT_MS} ms`, () => {
      const regex = compile(pattern);
      for (const path of [`/${'a'.repeat(8000)}!`, `/${'x'.repeat(8000)}`, `/${'a'.repeat(30)}!`]) {
        assert.equal(regex.test(path), false);
        assert.ok(fastestOf(3, () => regex.test(path)) < LIMIT_MS, path.slice(0, 10));
      }
    });
  }
});

function compile(pattern: string): RegExp {
  const result = translateRegex(pattern);
  assert.ok(result.ok, result.ok ? '' : result.message);
  return new RegExp(`^${result.source}`, result.flags);
}

/** In milliseconds; the fastest run is the one nothing else on the machine got in the way of. */
function fastestOf(runs: number, run: () => void): number {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Math.min(...times);
}
