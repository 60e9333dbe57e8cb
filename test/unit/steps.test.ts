import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { doAtOnce, doAtPace, type Pace, type Steps } from '#gateway/steps.js';

/** `count` steps of some milliseconds each, on the clock that they move on themselves. */
function work(count: number, milliseconds: number) {
  let now = 1000;
  const stretches: number[] = [];
  let began = now;
  const pace: Pace = {
    now: () => now,
    pause: async () => {
      stretches.push(now - began);
      now += 100;
      began = now;
    },
  };
  function* steps(): Steps<string> {
    for (let i = 0; i < count; i++) {
      now += milliseconds;
      yield;
    }
    return 'done';
  }
  return { pace, stretches, steps: steps() };
}

function* failing(): Steps<string> {
  yield;
  throw new Error('the second step failed');
}

describe('steps', () => {
  it('are done at once without a pause', () => {
    assert.equal(doAtOnce(work(1000, 1).steps), 'done');
  });

  it('are done at a pace with pauses that come soon after two milliseconds', async () => {
    const { pace, stretches, steps } = work(10_000, 0.01);
    assert.equal(await doAtPace(steps, pace), 'done');
    assert.ok(stretches.length >= 45 && stretches.length <= 50, `${stretches.length} pauses`);
    assert.ok(Math.max(...stretches) < 2.2, `${Math.max(...stretches)} ms`);
  });

  it('are done without a pause where they take less', async () => {
    const { pace, stretches, steps } = work(100, 0.01);
    assert.equal(await doAtPace(steps, pace), 'done');
    assert.deepEqual(stretches, []);
  });

  it('hand on what one of them throws', async () => {
    assert.throws(() => doAtOnce(failing()), /second step/);
    await assert.rejects(doAtPace(failing(), work(0, 0).pace), /second step/);
  });
});
