import { exchange } from '../contest/check-answers.js';
import type { LoadRequest } from '../load/load.js';
import type { Upstream } from '../upstream/upstream.js';
import { badConfig, goodConfig } from './configs.js';
import type { Probes } from './probes.js';
import { type SaveWay, save } from './save.js';
import { pollStatus, type ReloadStatus, readStatus } from './status.js';

/** One save and what the gateway made of it. Times are in milliseconds. */
export interface Swap {
  readonly good: boolean;
  /** From the first byte read to the swap, or to the refusal. */
  readonly duration: number;
  /** From the save to the answer of the Admin API that tells of it; the watcher waits for a file to settle. */
  readonly untilTold: number;
  /** The longest the event loop of a process that proxies was held up meanwhile. */
  readonly longestDelay: number;
  /** The same of its workers as the Admin API tells it, nothing where it does not tell. */
  readonly workerDelays: readonly number[];
  /** What went wrong, if anything. */
  readonly fault: string | undefined;
}

/** The gateway under test and its surroundings. */
export interface SwapScene {
  readonly probes: Probes;
  /** Where it proxies and where its Admin API is, as in a URL. */
  readonly proxy: string;
  readonly admin: string;
  readonly file: string;
  readonly targets: readonly [Upstream, Upstream];
  readonly routes: number;
  readonly request: LoadRequest;
}

const WAYS: readonly SaveWay[] = ['rename', 'in place'];

/** Saves good and bad configs in turn, and looks after each save at what the gateway makes of it. */
export class Swapper {
  readonly #scene: SwapScene;
  #number = 0;
  /** The target that the last good config names: the first at the start. */
  #live: Upstream;

  constructor(scene: SwapScene) {
    this.#scene = scene;
    this.#live = scene.targets[0];
  }

  /** Good saves go to one target and the other in turn, and both kinds of save take both ways in turn. */
  async next(): Promise<Swap> {
    const { probes, file, targets, routes, admin } = this.#scene;
    const number = this.#number++;
    const good = number % 2 === 0;
    const other = this.#live === targets[0] ? targets[1] : targets[0];
    const text = goodConfig(routes, other);
    const way = WAYS[(number >> 1) % WAYS.length] ?? 'rename';
    const before = await readStatus(admin);
    await probes.longestDelay();
    const began = performance.now();
    await save(file, good ? text : badConfig(text, number >> 1), way);
    const after = await this.#untilJudged(good, before);
    const untilTold = performance.now() - began;
    if (good) this.#live = other;
    const longestDelay = await probes.longestDelay();
    const fault = verdictFault(good, way, before, after) ?? (await this.#targetFault());
    const { lastDuration, workerDelays } = after;
    return { good, duration: lastDuration, untilTold, longestDelay, workerDelays, fault };
  }

  /** A reload that ends otherwise than it should does not count: what it took for the save was not all of it. */
  #untilJudged(good: boolean, before: ReloadStatus): Promise<ReloadStatus> {
    return pollStatus(this.#scene.admin, ({ applied, rejected }) =>
      good ? applied > before.applied : rejected > before.rejected,
    );
  }

  /** Whoever asks after the Admin API has told of a swap must get the new config. */
  async #targetFault(): Promise<string | undefined> {
    const { proxy, request } = this.#scene;
    const [answer] = await exchange(proxy, [request]);
    const letter = answer?.body.toString('latin1', 0, 1);
    if (answer?.status === 200 && letter === this.#live.letter) return undefined;
    return `a request after the save got ${answer?.status} from "${letter}", not from "${this.#live.letter}"`;
  }
}

/** A save is judged once; reading what says the same as before is no fault. */
function verdictFault(
  good: boolean,
  way: SaveWay,
  before: ReloadStatus,
  after: ReloadStatus,
): string | undefined {
  const applied = after.applied - before.applied;
  const rejected = after.rejected - before.rejected;
  if (applied === Number(good) && rejected === Number(!good)) return undefined;
  const issues = after.lastIssues === '' ? '' : ` (${after.lastIssues})`;
  return `a ${good ? 'good' : 'bad'} save (${way}) was applied ${applied} times and rejected ${rejected} times${issues}`;
}
