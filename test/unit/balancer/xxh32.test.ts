import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { xxh32 } from '#gateway/balancer/xxh32.js';

describe('xxh32', () => {
  /** Known answers of the reference implementation, for every branch: under 4, under 16, 16 and more bytes. */
  const cases: readonly (readonly [string, number])[] = [
    ['', 0x02cc5d05],
    ['a', 0x550d7456],
    ['abc', 0x32d153ff],
    ['abcd', 0xa3643705],
    ['Nobody inspects the spammish repetition', 0xe2293b2f],
  ];
  for (const [text, hash] of cases)
    it(`hashes ${JSON.stringify(text)}`, () => assert.equal(xxh32(text), hash));

  it('takes a byte from each character', () => {
    assert.notEqual(xxh32('\xff'), xxh32('\x7f'));
    assert.equal(xxh32('\xff'), xxh32(Buffer.from([0xff]).toString('latin1')));
  });
});
