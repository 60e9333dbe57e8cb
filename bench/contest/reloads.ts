import { setTimeout as delay } from 'node:timers/promises';
import type { Running } from '../contestants/contestant.js';
import { bytesPath } from '../upstream/answers.js';
import { exchange } from './check-answers.js';
import type { Scenario } from './scenario.js';

/** How long a new config may take to serve, how often to look, and the pause before the next, in milliseconds. */
const LIMIT = 30_000;
const INTERVAL = 10;
const PAUSE = 500;

/** Reloads that go on until they are stopped. */
export interface Reloads {
  /** Lets the one under way end. Resolves with how long each took to serve, in milliseconds. */
  stop(): Promise<readonly number[]>;
}

/**
 * Gives a contestant one new config after the other, each with a route that none had before, and waits until that
 * route is served.
 */
export function startReloads(running: Running, scenario: Scenario): Reloads {
  const times: number[] = [];
  const stopping = new AbortController();
  const done = (async () => {
    while (!stopping.signal.aborted) {
      times.push(await reloadOnce(running, scenario));
      // Being stopped ends the pause.
      await delay(PAUSE, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    return times;
  })();
  // What it rejects with is for `stop` to tell.
  done.catch(() => undefined);
  return {
    stop: () => {
      stopping.abort();
      return done;
    },
  };
}

let version = 0;

async function reloadOnce({ origin, reload }: Running, { routes, answerBytes }: Scenario): Promise<number> {
  if (reload === undefined) throw new Error('it cannot be reloaded');
  version += 1;
  const path = `/version-${version}`;
  const began = performance.now();
  await reload([...routes, { kind: 'prefix', host: undefined, path: `${path}/` }]);
  const request = {
    method: 'GET',
    host: 'bench.test',
    path: path + bytesPath(answerBytes),
    bodyBytes: 0,
    close: true,
  } as const;
  for (;;) {
    const [answer] = await exchange(origin, [request]);
    const took = performance.now() - began;
    if (answer?.status === 200) return took;
    if (took > LIMIT) throw new Error(`${path} is not served ${LIMIT} ms after the reload`);
    await delay(INTERVAL);
  }
}
