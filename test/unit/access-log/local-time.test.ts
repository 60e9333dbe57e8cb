import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LocalTime } from '#gateway/access-log/local-time.js';

const WINTER = Date.UTC(2026, 0, 5, 3, 4, 5);
const SUMMER = Date.UTC(2026, 6, 5, 3, 4, 5);

describe('LocalTime', () => {
  const cases = [
    ['UTC', WINTER, '05/Jan/2026:03:04:05 +0000'],
    ['America/St_Johns', WINTER, '04/Jan/2026:23:34:05 -0330'],
    ['America/St_Johns', SUMMER, '05/Jul/2026:00:34:05 -0230'],
    ['Asia/Kolkata', WINTER, '05/Jan/2026:08:34:05 +0530'],
  ] as const;
  for (const [zone, at, text] of cases) {
    it(`writes ${text} in ${zone}`, () => {
      Object.assign(process.env, { TZ: zone });
      assert.equal(new LocalTime().format(at), text);
    });
  }

  it('follows the seconds', () => {
    Object.assign(process.env, { TZ: 'UTC' });
    const time = new LocalTime();
    assert.match(time.format(WINTER), /03:04:05/);
    assert.match(time.format(WINTER + 999), /03:04:05/);
    assert.match(time.format(WINTER + 1000), /03:04:06/);
    assert.match(time.format(WINTER), /03:04:05/);
  });
});
