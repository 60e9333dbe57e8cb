import type { TallyReport } from '../load/tally.js';
import { quantile } from '../statistics.js';
import { figure, table } from '../table.js';
import type { Swap } from './swaps.js';

/** What came of the saves under load. */
export interface ReloadRun {
  readonly routes: number;
  readonly connections: number;
  /** The load before the first save, from there to the last, and after it. */
  readonly before: TallyReport;
  readonly during: TallyReport;
  readonly after: TallyReport;
  readonly swaps: readonly Swap[];
  /** Bytes in use in all processes after a collection. */
  readonly heapAfterFirst: number;
  readonly heapAfterSecond: number;
}

/** How much larger the heap may be after the second half of the saves than after the first. */
const HEAP_GROWTH = 1.05;
const MAX_EXAMPLES = 5;

export function showRun(run: ReloadRun): void {
  const { swaps, routes, connections } = run;
  const good = swaps.filter((swap) => swap.good);
  const bad = swaps.filter((swap) => !swap.good);
  console.log(
    `${swaps.length} saves of a config of ${figure(routes)} routes: ${good.length} good and ${bad.length} bad, in turn;`,
  );
  console.log(`${connections} keep-alive connections, every answer verified.\n`);
  console.log(
    table(
      ['load', 'answers', 'failed', 'cut', 'req/s', 'p50 ms', 'p99 ms', 'longest ms'],
      [loadRow('before', run.before), loadRow('during', run.during), loadRow('after', run.after)],
    ),
  );
  console.log('');
  console.log(
    table(
      [
        'saves',
        'load ms p50',
        'p99',
        'save to served ms p50',
        'p99',
        'loop held up ms p50',
        'p99',
        'longest',
      ],
      [swapRow('good', good), swapRow('bad', bad)],
    ),
  );
  const [first, second] = [run.heapAfterFirst, run.heapAfterSecond].map((bytes) =>
    figure(bytes / 2 ** 20, 2),
  );
  const growth = figure(100 * (run.heapAfterSecond / run.heapAfterFirst - 1), 1);
  console.log(
    `\nheap after the first half of the saves ${first} MiB, after the second ${second} MiB (${growth} %)`,
  );
  const told = swaps.flatMap(({ workerDelays }) => workerDelays);
  if (told.length > 0) {
    console.log(
      `longest that a worker's loop was held up, by the Admin API: ${figure(Math.max(...told), 1)} ms`,
    );
  }
  if (faultsOf(run).length === 0)
    console.log('PASSED zero failed requests, zero connections cut, heap steady');
}

function loadRow(name: string, tally: TallyReport): readonly string[] {
  const { answers, failed, cut, seconds, p50, p99, max } = tally;
  const counts = [answers, failed, cut, answers / seconds].map((count) => figure(count));
  return [name, ...counts, ...[p50, p99, max].map((time) => figure(time, 2))];
}

function swapRow(name: string, swaps: readonly Swap[]): readonly string[] {
  const of = (read: (swap: Swap) => number, q: number) => figure(quantile(swaps.map(read), q), 1);
  return [
    name,
    of((swap) => swap.duration, 0.5),
    of((swap) => swap.duration, 0.99),
    of((swap) => swap.untilTold, 0.5),
    of((swap) => swap.untilTold, 0.99),
    of((swap) => swap.longestDelay, 0.5),
    of((swap) => swap.longestDelay, 0.99),
    of((swap) => swap.longestDelay, 1),
  ];
}

/** The limits that were broken, one sentence each. */
export function faultsOf(run: ReloadRun): readonly string[] {
  const faults: string[] = [];
  for (const [when, tally] of [
    ['before', run.before],
    ['during', run.during],
    ['after', run.after],
  ] as const) {
    const { failed, cut, examples, answers } = tally;
    if (failed > 0) faults.push(`${when} the saves ${failed} requests failed: ${examples.join('; ')}.`);
    if (cut > 0) faults.push(`${when} the saves ${cut} connections were cut: ${examples.join('; ')}.`);
    if (answers === 0) faults.push(`${when} the saves nothing was answered.`);
  }
  const misjudged = run.swaps.flatMap(({ fault }) => (fault === undefined ? [] : [fault]));
  if (misjudged.length > 0) {
    faults.push(`${misjudged.length} saves: ${misjudged.slice(0, MAX_EXAMPLES).join('; ')}.`);
  }
  if (!(run.heapAfterSecond <= run.heapAfterFirst * HEAP_GROWTH))
    faults.push('the heap grew by more than 5 %.');
  return faults;
}
