import type { LoadRequest } from '../load/load.js';
import { bytesPath } from '../upstream/answers.js';
import type { Scheme } from '../upstream/upstream.js';

export type RouteKind = 'prefix' | 'host' | 'regex';

/** A way to the upstream that a contestant is to know. */
export interface BenchRoute {
  readonly kind: RouteKind;
  /** Where the route asks for one. */
  readonly host: string | undefined;
  /** The start of the path; for `regex` the pattern that stands for it. */
  readonly path: string;
}

/**
 * What a contestant is able to do. `routes`: tell routes apart, where others send everything to the upstream.
 * `workers`: use several cores. `reload`: take a new config while it serves. `upstreams`: balance over targets.
 */
export type Ability = 'routes' | 'workers' | 'reload' | 'upstreams';

/** What is asked of the contestants. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly routes: readonly BenchRoute[];
  /** Sent in turn. Each is answered with `answerBytes` of the upstream's letter. */
  readonly requests: readonly LoadRequest[];
  readonly answerBytes: number;
  /** A request that no route takes; undefined where one route takes all. */
  readonly stray: LoadRequest | undefined;
  /** What a contestant must be able to do to take part. */
  readonly needs: readonly Ability[];
  /** How many processes or threads a contestant proxies with, each on a core. */
  readonly workers: number;
  readonly upstreamScheme: Scheme;
  /** Whether the way to the upstream leads over two targets, by its address and by its name, whose health is looked at. */
  readonly balanced: boolean;
  /** Whether the config is replaced again and again while the load is on. */
  readonly reloads: boolean;
  /** What the first contestant does besides, to be compared with itself. */
  readonly baseline: Baseline | undefined;
}

/** The same load under other circumstances. */
export interface Baseline {
  /** In words that follow the contestant's name. */
  readonly name: string;
  readonly scenario: Scenario;
}

const KiB = 1024;
const HOST = 'bench.test';
const EVERYTHING: BenchRoute = { kind: 'prefix', host: undefined, path: '/' };
const ROUTE_KINDS = ['prefix', 'host', 'regex'] as const;
const ROUTE_COUNTS = { '1k': 1_000, '10k': 10_000 } as const;

/** So many of the routes are asked for, spread over all of them. */
const MAX_REQUESTS = 2_000;

const SMALL = oneRoute('small', 'GET, 100-byte answers', get(HOST, bytesPath(100)), 100);

const ROUTE_SCENARIOS = ROUTE_KINDS.flatMap((kind) =>
  Object.entries(ROUTE_COUNTS).map(([size, count]) => manyRoutes(`${kind}-${size}`, kind, count)),
);

const SCENARIOS: readonly Scenario[] = [
  SMALL,
  oneRoute('10k', 'GET, 10 KiB answers', get(HOST, bytesPath(10 * KiB)), 10 * KiB),
  oneRoute('1m', 'GET, 1 MiB answers', get(HOST, bytesPath(KiB * KiB)), KiB * KiB),
  oneRoute(
    'post',
    'POST of 10 KiB, 100-byte answers',
    { ...get(HOST, bytesPath(100)), method: 'POST', bodyBytes: 10 * KiB },
    100,
  ),
  ...ROUTE_SCENARIOS,
  oneRoute(
    'new-connections',
    'GET, 100-byte answers, a connection for each request',
    { ...get(HOST, bytesPath(100)), close: true },
    100,
  ),
  {
    ...SMALL,
    name: 'tls-upstream',
    title: 'GET, 100-byte answers, TLS to the upstream',
    upstreamScheme: 'https',
  },
  {
    ...SMALL,
    name: 'balanced',
    title: 'GET, 100-byte answers, over the two targets of an upstream',
    needs: ['upstreams'],
    balanced: true,
    baseline: { name: 'no upstream', scenario: SMALL },
  },
  reloading('prefix-1k'),
  {
    ...SMALL,
    name: 'workers',
    title: 'GET, 100-byte answers, two workers on two cores',
    needs: ['workers'],
    workers: 2,
    baseline: { name: 'one worker', scenario: SMALL },
  },
];

export const SCENARIO_NAMES: readonly string[] = SCENARIOS.map(({ name }) => name);

/** Throws where there is none of that name. */
export function scenarioOf(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`no scenario "${name}"`);
  return found;
}

function oneRoute(name: string, title: string, request: LoadRequest, answerBytes: number): Scenario {
  return {
    name,
    title,
    routes: [EVERYTHING],
    requests: [request],
    answerBytes,
    stray: undefined,
    needs: [],
    workers: 1,
    upstreamScheme: 'http',
    balanced: false,
    reloads: false,
    baseline: undefined,
  };
}

function get(host: string, path: string): LoadRequest {
  return { method: 'GET', host, path, bodyBytes: 0, close: false };
}

function manyRoutes(name: string, kind: RouteKind, count: number): Scenario {
  const step = Math.max(1, Math.floor(count / MAX_REQUESTS));
  const asked = Array.from({ length: Math.min(count, MAX_REQUESTS) }, (_, index) => index * step);
  const end = bytesPath(100);
  const requests = asked.map((index) =>
    kind === 'host' ? get(`host-${index}.test`, end) : get(HOST, `/${groupOf(index)}/item-${index}${end}`),
  );
  const title = `GET, 100-byte answers, ${count.toLocaleString('en-US')} ${kind} routes`;
  const scenario = { ...SMALL, name, title, requests };
  return {
    ...scenario,
    routes: Array.from({ length: count }, (_, index) => routeOf(kind, index)),
    stray: get('nobody.test', '/nowhere/bytes/100'),
    baseline: { name: 'one route', scenario },
  };
}

/** Another scenario while configs are swapped; its contestants must be able to swap one. */
function reloading(name: string): Scenario {
  const still = ROUTE_SCENARIOS.find((scenario) => scenario.name === name);
  if (still === undefined) throw new Error(`no scenario "${name}"`);
  return {
    ...still,
    name: 'reload',
    title: `${still.title}, reloads under load`,
    needs: ['reload'],
    reloads: true,
    baseline: { name: 'no reloads', scenario: { ...still, baseline: undefined } },
  };
}

function routeOf(kind: RouteKind, index: number): BenchRoute {
  if (kind === 'host') return { kind, host: `host-${index}.test`, path: '/' };
  if (kind === 'prefix') return { kind, host: undefined, path: `/${groupOf(index)}/item-${index}/` };
  return { kind, host: undefined, path: `/${groupOf(index)}/item-${index}/[a-z]+/\\d+$` };
}

/** Paths share their first part in groups, as those of real APIs do. */
function groupOf(index: number): string {
  return `group-${index % 100}`;
}
