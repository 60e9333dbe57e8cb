import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileHeaders, headersMatch } from '#gateway/router/header-matcher.js';

type Wanted = Readonly<Record<string, readonly string[]>>;

/** What a route asks for, the request's names and values in turn, and whether they match. */
const CASES: readonly (readonly [why: string, wanted: Wanted, raw: readonly string[], matches: boolean])[] = [
  ['a value', { 'x-v': ['1'] }, ['X-V', '1'], true],
  ['a missing header', { 'x-v': ['1'] }, ['X-W', '1'], false],
  ['another value', { 'x-v': ['1'] }, ['X-V', '12'], false],
  ['any of the values', { 'x-v': ['1', '2'] }, ['X-V', '2'], true],
  ['names without case', { 'X-V': ['1'] }, ['x-v', '1'], true],
  ['values without case', { 'x-v': ['Blue'] }, ['X-V', 'bLUE'], true],
  ['an underscore for a dash', { 'x-v': ['1'] }, ['X_V', '1'], true],
  ['a dash for an underscore', { x_v: ['1'] }, ['X-V', '1'], true],
  ['no other character for a dash', { 'x-v': ['1'] }, ['X.V', '1'], false],
  ['any line of a repeated header', { 'x-v': ['2'] }, ['X-V', '1', 'X-V', '2'], true],
  ['a list as one value', { 'x-v': ['2'] }, ['X-V', '1, 2'], false],
  ['every header asked for', { 'x-v': ['1'], 'x-w': ['2'] }, ['X-W', '2', 'X-V', '1'], true],
  ['not just one of them', { 'x-v': ['1'], 'x-w': ['2'] }, ['X-V', '1'], false],
  ['a name, not a value', { 'x-v': ['x-w'] }, ['X-W', 'x-v', 'X-U', 'x-w'], false],
  ['a regex anywhere in the value', { 'x-v': ['~*b+'] }, ['X-V', 'abbc'], true],
  ['a regex without case', { 'x-v': ['~*^v\\d$'] }, ['X-V', 'V2'], true],
  ['an anchored regex', { 'x-v': ['~*^v\\d$'] }, ['X-V', 'v22'], false],
  ['several regexes', { 'x-v': ['~*^a', '~*^b'] }, ['X-V', 'bc'], true],
  ['a regex beside a plain value', { 'x-v': ['~*^a', 'b'] }, ['X-V', 'B'], true],
  ['a regex only where the header is there', { 'x-v': ['~*.*'] }, [], false],
  ['a bare ~* with an empty value', { 'x-v': ['~*'] }, ['X-V', ''], true],
  ['a bare ~* without the header, as Kong does', { 'x-v': ['~*'] }, [], true],
];

describe('the headers of a route', () => {
  for (const [why, wanted, raw, matches] of CASES) {
    it(`${matches ? 'match' : 'do not match'}: ${why}`, () => {
      assert.equal(headersMatch(compileHeaders(wanted), raw), matches);
    });
  }

  it('refuse a pattern that is no regex, naming it', () => {
    assert.throws(() => compileHeaders({ 'x-v': ['~*(?=a)'] }), /header pattern "\(\?=a\)": look-around/);
  });
});
