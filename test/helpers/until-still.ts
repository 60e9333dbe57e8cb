import { waitFor } from './wait-for.js';

/** How long that may take, much having to be copied first, in milliseconds. */
const LIMIT = 60_000;

/** Waits until a count has begun, and then stopped, to grow: nobody reads at the other end. */
export async function untilStill(what: string, count: () => number): Promise<void> {
  let last = -1;
  let since = Date.now();
  const still = (): boolean => {
    if (count() !== last) since = Date.now();
    last = count();
    return last > 0 && Date.now() - since > 250;
  };
  await waitFor(what, still, LIMIT);
}
