import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  findUnfilled,
  isWhollyOutside,
  type Piece,
  scanPlaceholders,
} from '#gateway/config/substitute-syntax.js';

/** Pieces in short: `<NAME>`, `<NAME=default>`, `<NAME|pipe>`, `!text` for a misspelt one. */
function short(pieces: readonly Piece[]): string {
  return pieces
    .map((piece) => {
      if (typeof piece === 'string') return piece;
      if (piece.kind === 'misspelt') return `!${piece.text}`;
      const fallback = piece.fallback === undefined ? '' : `=${short(piece.fallback)}`;
      return `<${piece.name}${fallback}${piece.pipe === undefined ? '' : `|${piece.pipe}`}>`;
    })
    .join('');
}

describe('scanPlaceholders', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['${A}', '<A>'],
    ['http://${HOST}:${PORT:-80}/', 'http://<HOST>:<PORT=80>/'],
    ['${A:-}', '<A=>'],
    ['${A:-${B:-c}}', '<A=<B=c>>'],
    ['${A:-{"a":{}}}', '<A={"a":{}}>'],
    ['${A:-http://x:1/}', '<A=http://x:1/>'],
    ['${A|toInt}', '<A|toInt>'],
    ['${A | toBool}', '<A|toBool>'],
    ['${A:-1.5 | toFloat}', '<A=1.5|toFloat>'],
    ['${A:-a | b}', '<A=a | b>'],
    ['${{ env "A" }}', '<A>'],
    ["${{env 'A'}}", '<A>'],
    ['${{ env `A` }}', '<A>'],
    ['${{ env "A" | toInt }}', '<A|toInt>'],
    ['${{ env "A" | indent 8 }}', '<A>'],
    ['env:${{ env "DECK_ENV" }}', 'env:<DECK_ENV>'],
    ['${{ env "A" }}${B}', '<A><B>'],
    ['$${A}', '${A}'],
    ['a$${A:-b}c${D}', 'a${A:-b}c<D>'],
    ['$${{ env "A" }}', '${{ env "A" }}'],
    ['$$${A}', '$${A}'],
    ['~/users/(?<id>\\d+)$', '~/users/(?<id>\\d+)$'],
    ['~/a${SEGMENT}$', '~/a<SEGMENT>$'],
    ['$(headers.x)', '$(headers.x)'],
    ['$((headers.a) or "b")', '$((headers.a) or "b")'],
    ['`${user.name}`', '`${user.name}`'],
    ['${1} ${} ${ A} $A $ ${', '${1} ${} ${ A} $A $ ${'],
    ['${A', '${A'],
    ['${A:-b', '!${A:-b'],
    ['${A | upper}', '!${A | upper}'],
    ['${A:-b | toUpper}', '!${A:-b | toUpper}'],
    ['${{ secrets.A }}', '!${{ secrets.A }}'],
    ['${{ env "A-B" }}', '!${{ env "A-B" }}'],
    ['${{ env "A" | toInt | toBool }}', '!${{ env "A" | toInt | toBool }}'],
  ];
  for (const [text, expected] of rows) {
    it(`reads ${text}`, () => assert.equal(short(scanPlaceholders(text)), expected));
  }

  it('knows only decK’s form where it is told so', () => {
    assert.equal(short(scanPlaceholders('${A} $${A} ${{ env "B" }}', 'deck')), '${A} $${A} <B>');
  });

  it('stays quick on hostile texts', () => {
    const count = 200_000;
    assert.equal(scanPlaceholders('${A:-'.repeat(count)).length, 1);
    assert.ok(scanPlaceholders('${'.repeat(count)).length > 0);
    assert.ok(scanPlaceholders('$'.repeat(count)).length > 0);
    assert.ok(scanPlaceholders('${{ env "A'.repeat(count)).length > 0);
    assert.ok(scanPlaceholders(`${'${A:-'.repeat(50)}${'}'.repeat(50)}`).length > 0);
  });
});

describe('findUnfilled', () => {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['$SUPABASE_ANON_KEY', 'SUPABASE_ANON_KEY'],
    ['http://$AUTH_HOST:9999/verify', 'AUTH_HOST'],
    ['Authorization: $LUA_AUTH_EXPR', 'LUA_AUTH_EXPR'],
    ['<VARIABLES_HOST>:8080', 'VARIABLES_HOST'],
    ['<MY-HOST>', 'MY_HOST'],
    ['version-{{MYVERSION}}', 'MYVERSION'],
    ['{{ HOST }}', 'HOST'],
    ['${A:?must be set}', 'A'],
    ['${A-b}', 'A'],
    ['$2y$10$ABCDEFG.HIJ', undefined],
    ['$$NAME', undefined],
    ['$(headers.X)', undefined],
    ['~/a(?<NAME>x)$', undefined],
    ['(?P<NAME>x)', undefined],
    ['<HTML><BODY>x</BODY></HTML>', undefined],
    ['{{name}} $name <name>', undefined],
    ['US$100', undefined],
  ];
  for (const [text, name] of rows) {
    it(`finds ${name ?? 'nothing'} in ${text}`, () => assert.equal(findUnfilled(text)?.name, name));
  }
});

describe('isWhollyOutside', () => {
  it('tells texts that hold nothing of a value', () => {
    for (const text of ['${A}', ' ${A}${B}\n', '${{ env "A" }}', '{vault://env/a}']) {
      assert.equal(isWhollyOutside(text), true, text);
    }
    for (const text of ['${A:-secret}', 'x${A}', 'secret', '$${A}'])
      assert.equal(isWhollyOutside(text), false, text);
  });
});
