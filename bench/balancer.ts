/** What picking a peer costs, by algorithm and number of peers, and how the requests spread. See bench/README.md. */
import type { Balancer } from '#gateway/balancer/balancer.js';
import type { Peer } from '#gateway/balancer/peer.js';
import { ALGORITHMS, type Algorithm, build, peersOf } from './balancer/peers.js';
import { moves, shares } from './balancer/shares.js';
import { readOptions } from './options.js';
import { run } from './run.js';
import { median } from './statistics.js';
import { figure, table } from './table.js';

const COUNTS = [3, 100, 1_000];
const SAMPLES = 5;
const SAMPLE_MILLISECONDS = 100;
const KEYS = Array.from({ length: 4_096 }, (_, index) => `user-${index}`);

const USAGE = `node .build/bench/balancer.js [options]

  --counts NUMBERS    numbers of peers, separated by commas (${COUNTS.join(',')})`;

async function main(): Promise<void> {
  const options = readOptions({ values: ['counts'], switches: [] }, USAGE);
  const counts = options.text('counts', COUNTS.join(',')).split(',').map(Number);
  if (!counts.every((count) => Number.isInteger(count) && count > 0))
    throw new Error('--counts: numbers above 0');
  const costs = ALGORITHMS.flatMap((algorithm) => counts.map((count) => cost(algorithm, count)));
  console.log(table(['pick', 'peers', 'ns', 'ns, 1 in 10 out', 'build ms'], costs));
  const weighted = ALGORITHMS.map((algorithm) => shares(algorithm, [1, 2, 3, 4], [10, 10, 10, 10]));
  const slow = ALGORITHMS.map((algorithm) => shares(algorithm, [1, 1, 1, 1], [10, 10, 10, 100]));
  console.log(`\n${table(['shares', 'weights', 'ms', '% of requests'], [...weighted, ...slow])}`);
  console.log(`\n${table(['peers, one new', 'ideal %', 'to it %', 'elsewhere %'], [5, 10, 25].map(moves))}`);
}

function cost(algorithm: Algorithm, count: number): readonly string[] {
  const peers = peersOf(Array.from({ length: count }, () => 100));
  const clock = { now: 0 };
  const began = microseconds();
  const balancer = build(algorithm, peers, clock);
  const buildMilliseconds = (microseconds() - began) / 1000;
  const all = nanoseconds(balancer, peers);
  for (const [index, { state }] of peers.entries()) state.available = index % 10 !== 0;
  const some = nanoseconds(balancer, peers);
  return [algorithm, figure(count), figure(all), figure(some), figure(buildMilliseconds, 1)];
}

/** The median of a few samples; the first runs while the engine still compiles. */
function nanoseconds(balancer: Balancer, peers: readonly Peer[]): number {
  const reached = new Set(KEYS.map((key) => balancer.pick(key, [])));
  const wrong = [...reached].some((peer) => peer === undefined || !peer.state.available);
  if (wrong || reached.size < Math.min(2, peers.length)) throw new Error('a balancer that picks wrong');
  const samples = Array.from({ length: SAMPLES + 1 }, () => sample(balancer));
  return median(samples.slice(1));
}

function sample(balancer: Balancer): number {
  const began = microseconds();
  let picks = 0;
  do {
    for (const key of KEYS) balancer.pick(key, []);
    picks += KEYS.length;
  } while (microseconds() - began < SAMPLE_MILLISECONDS * 1000);
  return ((microseconds() - began) * 1000) / picks;
}

/** CPU time of this process, so that what else runs on the machine counts less. */
function microseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

await run(main);
