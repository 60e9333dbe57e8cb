import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatTarget, parseTarget } from '#gateway/config/target-address.js';

describe('the text of a target', () => {
  const one = '0000:0000:0000:0000:0000:0000:0000:0001';
  const cases: readonly (readonly [text: string, host: string, port: number, isName: boolean])[] = [
    ['a.test', 'a.test', 8000, true],
    ['LOCALHOST:31101', 'LOCALHOST', 31101, true],
    ['a.test.:80', 'a.test.', 80, true],
    ['1a:80', '1a', 80, true],
    ['127.0.0.1', '127.0.0.1', 8000, false],
    ['127.0.0.1:0', '127.0.0.1', 0, false],
    ['127.0.0.1:031101', '127.0.0.1', 31101, false],
    ['001.002.003.004:5', '1.2.3.4', 5, false],
    ['::1', one, 8000, false],
    ['[::1]', one, 8000, false],
    ['[::1]:81', one, 81, false],
    ['2001:DB8::A:0', '2001:0db8:0000:0000:0000:0000:000a:0000', 8000, false],
    ['1:2:3:4:5:6:7:8', '0001:0002:0003:0004:0005:0006:0007:0008', 8000, false],
    ['[::ffff:10.0.0.255]:1', '0000:0000:0000:0000:0000:ffff:0a00:00ff', 1, false],
    ['::', '0000:0000:0000:0000:0000:0000:0000:0000', 8000, false],
  ];
  for (const [text, host, port, isName] of cases) {
    it(text, () => {
      const parsed = parseTarget(text);
      assert.deepEqual(parsed, { host, port, isName });
      const written = formatTarget({ host, port });
      assert.equal(written, isName || !host.includes(':') ? `${host}:${port}` : `[${host}]:${port}`);
      assert.deepEqual(parseTarget(written), parsed);
    });
  }

  for (const text of ['1::2::3', '1:2:3', '[1::2::3]:80', ':::'])
    it(`${text} is no address`, () => assert.equal(parseTarget(text), undefined));
});
