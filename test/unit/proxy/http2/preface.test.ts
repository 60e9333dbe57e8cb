import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PREFACE, versionOf } from '#gateway/proxy/http2/preface.js';

describe('versionOf', () => {
  it('leaves every part of the preface open, and knows the whole', () => {
    for (let length = 0; length < PREFACE.length; length += 1)
      assert.equal(versionOf(PREFACE.subarray(0, length)), undefined);
    assert.equal(versionOf(PREFACE), 'http2');
    assert.equal(versionOf(Buffer.concat([PREFACE, Buffer.from('more')])), 'http2');
  });

  it('knows anything else by the first byte that differs', () => {
    for (let at = 0; at < PREFACE.length; at += 1) {
      const bytes = Buffer.from(PREFACE.subarray(0, at + 1));
      bytes[at] = 0;
      assert.equal(versionOf(bytes), 'http1');
    }
  });
});
