/** Measures one router in a process of its own: `node --expose-gc router-process.js MIX COUNT`. */
import { PerformanceObserver } from 'node:perf_hooks';
import { buildRouter, type Routing, routerSteps } from '#gateway/router/build.js';
import type { RouteQuery, Router } from '#gateway/router/router.js';
import { eventLoop } from '#gateway/snapshot/event-loop.js';
import { doAtPace, type Pace } from '#gateway/steps.js';
import { answerCalls } from '../process/calls.js';
import { median } from '../statistics.js';
import { configOf, MIXES, type Mix, queryFor, strayQuery } from './routing.js';

/** So many different queries are asked, spread over all routes, in an order that is no order. */
const QUERIES = 4_096;
const SAMPLES = 7;
const SAMPLE_MILLISECONDS = 200;
/** So many bytes are read between two lookups, as a proxied request makes that many new. */
const REQUEST_BYTES = 16_384;
const RING_BYTES = 64 * 2 ** 20;
const CACHE_LINE = 64;
const REBUILDS = 5;

async function measure(): Promise<object> {
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
    coldNanoseconds: coldNanosecondsOf(router, hits),
    missNanoseconds: nanosecondsOf(router, misses),
    buildMilliseconds,
    heapBytes,
    ...(await rebuild(config)),
  };
}

/**
 * Builds the router again as a reload does, beside an event loop that turns. A stretch is one between two pauses, a
 * collection one of V8's; of each the longest of a build counts, and of those of several builds the median.
 */
async function rebuild(config: Routing): Promise<object> {
  const stretches: number[] = [];
  const collections: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries())
      collections.push(Math.max(collections.pop() ?? 0, duration));
  });
  observer.observe({ entryTypes: ['gc'] });
  for (let round = 0; round < REBUILDS; round++) {
    collections.push(0);
    stretches.push(await longestStretch(config));
  }
  observer.disconnect();
  return { stretchMilliseconds: median(stretches), collectionMilliseconds: median(collections) };
}

async function longestStretch(config: Routing): Promise<number> {
  let began = performance.now();
  let longest = 0;
  const pace: Pace = {
    now: eventLoop.now,
    pause: async () => {
      longest = Math.max(longest, performance.now() - began);
      await eventLoop.pause();
      began = performance.now();
    },
  };
  await doAtPace(routerSteps(config), pace);
  return Math.max(longest, performance.now() - began);
}

/** What a lookup adds to a request, whose other work has meanwhile driven the router out of the nearest caches. */
function coldNanosecondsOf(router: Router, queries: readonly RouteQuery[]): number {
  const ring = new Uint8Array(RING_BYTES).fill(1);
  let at = 0;
  let sum = 0;
  const pass = (search: boolean): number => {
    const began = performance.now();
    for (const query of queries) {
      const end = at + REQUEST_BYTES;
      for (; at < end; at += CACHE_LINE) sum += ring[at] ?? 0;
      at %= RING_BYTES;
      // A request's own texts have just been read.
      sum += query.host.lastIndexOf('\n') + query.path.lastIndexOf('\n');
      if (search && router.match(query) === undefined) throw new Error('a router that changes its mind');
    }
    return ((performance.now() - began) * 1e6) / queries.length;
  };
  const added = Array.from({ length: 30 }, () => pass(true) - pass(false));
  if (sum === 0) throw new Error('nothing was read');
  return median(added.slice(10));
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
