/** What finding a route costs, by number and kind of routes. See bench/README.md. */
import { readOptions } from './options.js';
import { hasNumbers } from './process/calls.js';
import { launchScript } from './process/launch.js';
import { choosePinning } from './process/pinning.js';
import { MIXES } from './router/routing.js';
import { run } from './run.js';
import { figure, table } from './table.js';

const COUNTS = [10, 100, 1_000, 10_000, 50_000];

const USAGE = `node .build/bench/router.js [options]

  --mix NAMES         some of ${MIXES.join(', ')} (all)
  --counts NUMBERS    numbers of routes, separated by commas (${COUNTS.join(',')})`;

const HEAD = [
  'routes',
  'count',
  'match ns',
  'of the first',
  'cold ns',
  'no match ns',
  'build ms',
  'stretch ms',
  'gc ms',
  'heap MiB',
  'bytes a route',
];

const FIGURES = [
  'hitNanoseconds',
  'coldNanoseconds',
  'missNanoseconds',
  'buildMilliseconds',
  'stretchMilliseconds',
  'collectionMilliseconds',
  'heapBytes',
] as const;

async function main(): Promise<void> {
  const options = readOptions({ values: ['mix', 'counts'], switches: [] }, USAGE);
  const counts = options.text('counts', COUNTS.join(',')).split(',').map(Number);
  if (!counts.every((count) => Number.isInteger(count) && count > 0))
    throw new Error('--counts: numbers above 0');
  const rows: (readonly string[])[] = [];
  for (const mix of options.choices('mix', MIXES, MIXES)) {
    let first: number | undefined;
    for (const count of counts) {
      const told = await measure(mix, count);
      const { hitNanoseconds, heapBytes } = told;
      first ??= hitNanoseconds;
      rows.push([
        mix,
        figure(count),
        figure(hitNanoseconds),
        figure(hitNanoseconds / first, 2),
        figure(told.coldNanoseconds),
        figure(told.missNanoseconds),
        figure(told.buildMilliseconds, 1),
        figure(told.stretchMilliseconds, 1),
        figure(told.collectionMilliseconds, 1),
        figure(heapBytes / 2 ** 20, 1),
        figure(heapBytes / count),
      ]);
    }
  }
  console.log(table(HEAD, rows));
}

async function measure(mix: string, count: number) {
  const script = new URL('router/router-process.js', import.meta.url);
  const cores = choosePinning().measured;
  const launched = launchScript(script, [mix, String(count)], {
    cores,
    node: ['--expose-gc', '--no-allocation-site-pretenuring'],
  });
  try {
    await launched.untilWritten(/^ready/m);
    const told = await launched.ask('measure');
    if (!hasNumbers(told, ...FIGURES)) {
      throw new Error(`the process said ${JSON.stringify(told)}`);
    }
    return told;
  } finally {
    await launched.stop();
  }
}

await run(main);
