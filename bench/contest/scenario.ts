import type { LoadRequest } from '../load/load.js';
import { bytesPath } from '../upstream/answers.js';

export type RouteKind = 'prefix' | 'host' | 'regex';

/** A way to the upstream that a contestant is to know. */
export interface BenchRoute {
  readonly kind: RouteKind;
  /** Where the route asks for one. */
  readonly host: string | undefined;
  /** The start of the path; for `regex` the pattern that stands for it. */
  readonly path: string;
}

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
}

const KiB = 1024;
const HOST = 'bench.test';
const EVERYTHING: BenchRoute = { kind: 'prefix', host: undefined, path: '/' };
const ROUTE_KINDS = ['prefix', 'host', 'regex'] as const;

/** So many of the routes are asked for, spread over all of them. */
const MAX_REQUESTS = 2_000;

export const SCENARIO_NAMES = ['small', '10k', '1m', 'post', ...ROUTE_KINDS.map((kind) => `${kind}-routes`)];

/** Makes a scenario; `routes` is how many routes those have that are about routes. */
export function makeScenario(name: string, routes: number): Scenario {
  switch (name) {
    case 'small':
      return oneRoute(name, 'GET, 100-byte answers', 100, 0);
    case '10k':
      return oneRoute(name, 'GET, 10 KiB answers', 10 * KiB, 0);
    case '1m':
      return oneRoute(name, 'GET, 1 MiB answers', 1024 * KiB, 0);
    case 'post':
      return oneRoute(name, 'POST of 10 KiB, 100-byte answers', 100, 10 * KiB);
    default: {
      const kind = ROUTE_KINDS.find((known) => name === `${known}-routes`);
      if (kind === undefined) throw new Error(`no scenario "${name}"`);
      return manyRoutes(name, kind, routes);
    }
  }
}

/** The same load over one route that takes everything: what the number of routes is measured against. */
export function withOneRoute(scenario: Scenario): Scenario {
  return { ...scenario, routes: [EVERYTHING], stray: undefined };
}

function oneRoute(name: string, title: string, answerBytes: number, bodyBytes: number): Scenario {
  const method = bodyBytes > 0 ? 'POST' : 'GET';
  const request = { method, host: HOST, path: bytesPath(answerBytes), bodyBytes } as const;
  return { name, title, routes: [EVERYTHING], requests: [request], answerBytes, stray: undefined };
}

function manyRoutes(name: string, kind: RouteKind, count: number): Scenario {
  const answerBytes = 100;
  const step = Math.max(1, Math.floor(count / MAX_REQUESTS));
  const asked = Array.from({ length: Math.min(count, MAX_REQUESTS) }, (_, index) => index * step);
  const get = (host: string, path: string): LoadRequest => ({ method: 'GET', host, path, bodyBytes: 0 });
  const end = bytesPath(answerBytes);
  return {
    name,
    title: `GET, 100-byte answers, ${count.toLocaleString('en-US')} ${kind} routes`,
    routes: Array.from({ length: count }, (_, index) => routeOf(kind, index)),
    requests: asked.map((index) =>
      kind === 'host' ? get(`host-${index}.test`, end) : get(HOST, `/${groupOf(index)}/item-${index}${end}`),
    ),
    answerBytes,
    stray: get('nobody.test', '/nowhere/bytes/100'),
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
