import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadConfig } from '#gateway/config/load.js';
import { checkRoutePath, migratePath } from '#gateway/config/route-path.js';

describe('paths of formats 1.1 and 2.1', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['/', '/'],
    ['/users', '/users'],
    ['/users/', '/users/'],
    ['/a//b', '/a/b'],
    ['/a/../b', '/b'],
    ['/%7Euser', '/~user'],
    ['/a%2fb', '/a%2Fb'],
    ['/users/(\\d+)$', '~/users/(\\d+)$'],
    ['/foo.*', '~/foo.*'],
    ['/v1:predict', '~/v1:predict'],
    ['/a b', '~/a b'],
    ['/%41(x)', '~/A(x)'],
    ['/a%2Eb(x)', '~/a\\.b(x)'],
    ['/a%2fb(x)', '~/a%2Fb(x)'],
    ['/%C3%A9(x)', '~/é(x)'],
    ['~/api/v1', '~/api/v1'],
  ];
  for (const [before, after] of cases) {
    it(`${before} becomes ${after}`, () => {
      assert.equal(migratePath(before), after);
      assert.equal(checkRoutePath(before, true), undefined);
    });
  }

  it('are migrated when loaded, and left alone in 3.0', () => {
    const paths = (version: string) =>
      loadConfig({
        file: 'x',
        text: `{"_format_version": "${version}", "routes": [{"paths": ["/a(b)", "/c"]}]}`,
      }).routes[0]?.paths;
    assert.deepEqual(paths('1.1'), ['~/a(b)', '/c']);
    assert.deepEqual(paths('2.1'), ['~/a(b)', '/c']);
    assert.deepEqual(paths('3.0'), ['/a(b)', '/c']);
  });
});
