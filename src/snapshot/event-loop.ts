import { setImmediate } from 'node:timers/promises';
import type { Pace } from '../steps.js';

/** Pauses for one turn of the event loop, in which what came in from the network is dealt with. */
export const eventLoop: Pace = {
  now: () => performance.now(),
  pause: () => setImmediate(),
};
