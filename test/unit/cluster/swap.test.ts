import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type SwapMember, swapAll } from '#gateway/cluster/swap.js';
import { GatewayError, WorkerError } from '#gateway/errors.js';
import { loadObject } from '../../helpers/proxy.js';

const next = { version: 2, config: loadObject({}), builtAt: 0 };

type Verdict = 'prepared' | 'refuses' | 'ends' | 'hangs';

/** Members that do as their verdicts say, and the order in which everything happened. */
function scene(...verdicts: readonly Verdict[]): { members: readonly SwapMember[]; events: string[] } {
  const events: string[] = [];
  const member = (verdict: Verdict, place: number): SwapMember => ({
    async prepare(_config, signal) {
      events.push(`prepare ${place}`);
      await Promise.resolve();
      if (verdict === 'refuses') throw new GatewayError('swap_rejected', `${place} refuses`);
      if (verdict === 'ends') throw new WorkerError(`${place} ended`);
      if (verdict === 'hangs') {
        await new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('off')));
        });
      }
    },
    async commit(version) {
      events.push(`commit ${place} ${version}`);
    },
    abort(version) {
      events.push(`abort ${place} ${version}`);
    },
  });
  return { members: verdicts.map(member), events };
}

describe('a swap', () => {
  it('commits when all are prepared, not before', async () => {
    const { members, events } = scene('prepared', 'prepared');
    await swapAll(members, next, () => events.push('decided'));
    assert.deepEqual(events, ['prepare 0', 'prepare 1', 'decided', 'commit 0 2', 'commit 1 2']);
  });

  it('changes nothing anywhere when one refuses, without waiting for the others', async () => {
    const { members, events } = scene('prepared', 'refuses', 'hangs');
    await assert.rejects(
      swapAll(members, next, () => events.push('decided')),
      /1 refuses/,
    );
    assert.deepEqual(events.slice(3), ['abort 0 2', 'abort 1 2', 'abort 2 2']);
  });

  it('goes on without who has ended meanwhile', async () => {
    const { members, events } = scene('ends', 'prepared');
    await swapAll(members, next, () => events.push('decided'));
    assert.deepEqual(events, ['prepare 0', 'prepare 1', 'decided', 'commit 1 2']);
  });

  it('is off when all have ended, for the config may be why', async () => {
    const { members, events } = scene('ends', 'ends');
    await assert.rejects(
      swapAll(members, next, () => events.push('decided')),
      { code: 'swap_rejected' },
    );
    assert.deepEqual(events.slice(2), ['abort 0 2', 'abort 1 2']);
  });

  it('is decided at once where nobody serves', async () => {
    const { members, events } = scene();
    await swapAll(members, next, () => events.push('decided'));
    assert.deepEqual(events, ['decided']);
  });
});
