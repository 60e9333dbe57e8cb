import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { luaFault } from '#gateway/config/lua-syntax.js';

const PROGRAMS: readonly string[] = [
  '',
  '-- nothing',
  '--[[ a\nlong ]] --[==[ ]] ]==] x = 1',
  'return',
  'return 1, "two", nil, ...',
  'local a, b = 1, 2; a, b = b, a',
  'local function f(a, ...) return select("#", ...) end',
  'function kong.x.y:z(a) return self, a end',
  'for i = 1, 10, 2 do print(i) end for k, v in pairs({}) do break end',
  'while true do repeat local x = 1 until x end',
  'if a then elseif b then else end',
  'local t = { 1, [2] = 3, x = 4; y = { } , }',
  "kong.log.notice'x' f{1} g[[long]] ('x'):rep(3)",
  'local x = not -#t ^ 2 .. "a" == b and c or d ~= e',
  'local n = 0xFFULL + 1e-3 + .5 + 3. + 0x1p4 + 5LL',
  String.raw`local s = "a\n\065\x41\u{1F600}\z
     b\"" .. '\''`,
  'goto done\nlocal goto_ = 1\n::done::',
  'local body, err = kong.request.get_body()\nif err or not body then\n  return kong.response.exit(400, { message = "no" })\nend',
  `${'('.repeat(60)}1${')'.repeat(60)}`.replace(/^/, 'return '),
];

const FAULTS: readonly (readonly [code: string, line: number, message: string])[] = [
  ['if x then', 1, "'end' expected near 'the end'"],
  ['if x then\n  y()\n', 3, "'end' expected to close 'if' of line 1 near 'the end'"],
  ['x', 1, "a call or an assignment is expected near 'the end'"],
  ['x y', 1, "a call or an assignment is expected near 'y'"],
  ['x =', 1, "a name is expected near 'the end'"],
  ['f() = 1', 1, 'only variables and fields can be assigned to'],
  ['(a) = 1', 1, 'only variables and fields can be assigned to'],
  ['local t = {1, 2', 1, "'}' expected near 'the end'"],
  ['f(1,\n2', 2, "')' expected to close '(' of line 1 near 'the end'"],
  ['x = "a\nb"', 1, 'unfinished string near "a'],
  ["x = 'a", 1, "unfinished string near 'a"],
  [String.raw`x = "\q"`, 1, String.raw`invalid escape sequence near '\q'`],
  [String.raw`x = "\300"`, 1, String.raw`invalid escape sequence near '\3'`],
  ['x = [[a', 1, 'unfinished long string: ]] is missing'],
  ['--[==[ a\n', 1, 'unfinished long comment: ]==] is missing'],
  ['x = 3abc', 1, "malformed number near '3abc'"],
  ['x = 1 ? 2', 1, "unexpected symbol near '?'"],
  ['x != 1', 1, "unexpected symbol near '!'"],
  ['end', 1, "'end' ends nothing"],
  ['return 1 x = 2', 1, 'nothing can follow return in its block'],
  ['function f() return ... end', 1, "cannot use '...' outside a vararg function"],
  ['local end = 1', 1, "a name is expected near 'end'"],
  ['for i = 1 do end', 1, "',' expected near 'do'"],
  [`return ${'('.repeat(9000)}`, 1, 'nested too deep'],
  [`${'do '.repeat(9000)}`, 1, 'nested too deep'],
];

describe('Lua code', () => {
  for (const code of PROGRAMS) {
    it(`${JSON.stringify(code.slice(0, 60))} is a program`, () => assert.equal(luaFault(code), undefined));
  }

  for (const [code, line, message] of FAULTS) {
    it(`${JSON.stringify(code.slice(0, 40))}: ${message}`, () => {
      const fault = luaFault(code);
      assert.deepEqual([fault?.line, fault?.message], [line, message]);
    });
  }

  it('of a megabyte is read in linear time and little depth', () => {
    assert.equal(luaFault('x = 1 + 2 * 3\n'.repeat(70_000)), undefined);
    assert.equal(luaFault(`x = 1${' .. "a"'.repeat(50_000)}`), undefined);
  });
});
