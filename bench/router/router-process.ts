/** Measures one router in a process of its own: `node --expose-gc router-process.js MIX COUNT`. */
import { buildRouter } from '#gateway/router/build.js';
import type { RouteQuery, Router } from '#gateway/router/router.js';
import { answerCalls } from '../process/calls.js';
import { median } from '../statistics.js';
import { configOf, MIXES, type Mix, queryFor, strayQuery } from './routing.js';

/** So many different queries are asked, spread over all routes, in an order that is no order. */
const QUERIES = 4_096;
const SAMPLES = 7;
const SAMPLE_MILLISECONDS = 200;

function measure(): object {
  const mix = MIXES.find((known) => known === process.argv[2]) ?? 'prefix';
  const count = Number(process.argv[3]);
  const config = configOf(mix, count);
  const heapBefore = heapUsed();
  const began = performance.now();
  const router = buildRouter(config);
  const buildMilliseconds = performance.now() - began;
  const heapBytes = heapUsed() - heapBefore;
  const hits = hitsOf(mix, count, router);
  const misses = missesOf(router);
  return {
    hitNanoseconds: nanosecondsOf(router, hits),
    missNanoseconds: nanosecondsOf(router, misses),
    buildMilliseconds,
    heapBytes,
  };
}

/** Queries that each have a route; throws where the router sends one elsewhere. */
function hitsOf(mix: Mix, count: number, router: Router): readonly RouteQuery[] {
  const queries = Array.from({ length: QUERIES }, (_, index) => {
    const route = Math.floor((index * count) / QUERIES);
    const query = queryFor(mix, route);
    const name = router.match(query)?.route.name;
    if (name !== `route-${route}`)
      throw new Error(`${query.host}${query.path} went to ${name}, not route-${route}`);
    return query;
  });
  return shuffled(queries);
}

function missesOf(router: Router): readonly RouteQuery[] {
  const queries = Array.from({ length: QUERIES }, (_, index) => strayQuery(index));
  if (queries.some((query) => router.match(query) !== undefined))
    throw new Error('a stray query has a route');
  return shuffled(queries);
}

/** The median of a few samples, each long enough to count; the first runs while the engine still compiles. */
function nanosecondsOf(router: Router, queries: readonly RouteQuery[]): number {
  const samples = Array.from({ length: SAMPLES + 1 }, () => sample(router, queries));
  return median(samples.slice(1));
}

function sample(router: Router, queries: readonly RouteQuery[]): number {
  const began = performance.now();
  let matches = 0;
  let found = 0;
  do {
    for (const query of queries) if (router.match(query) !== undefined) found += 1;
    matches += queries.length;
  } while (performance.now() - began < SAMPLE_MILLISECONDS);
  if (found !== 0 && found !== matches) throw new Error('a router that changes its mind');
  return ((performance.now() - began) * 1e6) / matches;
}

/** The same order every time, without neighbours next to each other. */
function shuffled<T>(items: readonly T[]): readonly T[] {
  const keyed = items.map((item, index) => ({ item, key: (index * 2_654_435_761) % 4_294_967_296 }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}

function heapUsed(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

answerCalls({ measure });
console.log('ready 0');
