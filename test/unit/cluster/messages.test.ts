import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isToPrimary, isToWorker } from '#gateway/cluster/messages.js';

describe('messages', () => {
  it('are known by their type and fields', () => {
    assert.ok(isToWorker({ type: 'config:commit', version: 1 }));
    assert.ok(isToWorker({ type: 'config:piece', version: 1, index: 0, kind: 'routes', entities: [] }));
    assert.ok(isToPrimary({ type: 'worker:ready' }));
    assert.ok(isToPrimary({ type: 'config:rejected', version: 1, message: 'why' }));
  });

  for (const value of [
    undefined,
    null,
    'config:commit',
    {},
    { type: 7 },
    { type: 'toString' },
    { type: 'config:commit' },
    { type: 'config:commit', version: '1' },
    { type: 'config:piece', version: 1, index: 0, kind: 'toString', entities: [] },
    { type: 'config:piece', version: 1, index: 0, kind: 'routes', entities: {} },
    { type: 'status:told', call: 1, figures: null },
    { type: 'worker:deaf' },
  ]) {
    it(`are nothing else: ${JSON.stringify(value)}`, () => {
      assert.equal(isToWorker(value), false);
      assert.equal(isToPrimary(value), false);
    });
  }
});
