/** Work in short steps, at most some tens of microseconds each, that whoever drives it may do in one go or in many. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** The clock and the pauses of work that is done in between other work. */
export interface Pace {
  /** In milliseconds, from any point in time. */
  now(): number;
  /** Resolves once whatever has been waiting meanwhile had its turn. */
  pause(): Promise<void>;
}

/** How long the steps between two pauses may take, in milliseconds. */
const STRETCH = 2;

/** So many steps are done between two looks at the clock. */
const STEPS_A_LOOK = 16;

/** Does all steps in one go. */
export function doAtOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Does the steps with a pause after every two milliseconds. Rejects with what a step throws. */
export async function doAtPace<T>(steps: Steps<T>, pace: Pace): Promise<T> {
  let until = pace.now() + STRETCH;
  for (let count = 1; ; count++) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (count % STEPS_A_LOOK !== 0 || pace.now() < until) continue;
    await pace.pause();
    until = pace.now() + STRETCH;
  }
}
