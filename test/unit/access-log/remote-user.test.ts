import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { remoteUser } from '#gateway/access-log/remote-user.js';

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials, 'latin1').toString('base64')}`;
}

describe('remoteUser', () => {
  const cases: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ['reads the user', basic('ann:secret'), 'ann'],
    ['reads the scheme in any case', basic('ann:secret').replace('Basic', 'bASIC  '), 'ann'],
    ['ends the user at the first colon', basic('ann:a:b'), 'ann'],
    ['keeps bytes as they are', basic('\xe9\n:x'), '\xe9\n'],
    ['knows nobody without a colon', basic('ann'), undefined],
    ['knows nobody without a name', basic(':secret'), undefined],
    ['knows nobody of another scheme', 'Bearer YW5uOnNlY3JldA==', undefined],
    ['knows nobody without credentials', 'Basic', undefined],
    ['knows nobody without the field', undefined, undefined],
  ];
  for (const [name, authorization, user] of cases) {
    it(name, () => assert.equal(remoteUser(authorization), user));
  }
});
