import type { GatewayConfig, Service } from '../config/entities.js';
import { doAtOnce, type Steps } from '../steps.js';
import { ConditionPool, type Conditions, withPort } from './conditions.js';
import { compilePath, hostsOf, type RoutedRoute, routedRoute } from './entry-parts.js';
import { HostGroups } from './host-groups.js';
import type { HostPattern } from './host-pattern.js';
import { mergeSort } from './merge-sort.js';
import {
  comparePrecedence,
  type PathClass,
  type Precedence,
  pathClasses,
  precedenceOf,
} from './precedence.js';
import type { Router } from './router.js';

/** What of a config a router is built from. */
export type Routing = Pick<GatewayConfig, 'services' | 'routes'>;

/** A route and those of its paths that rank alike. */
interface Candidate extends RoutedRoute {
  readonly hosts: readonly HostPattern[];
  readonly conditions: Conditions | undefined;
  readonly paths: PathClass;
  readonly precedence: Precedence;
}

/** Compiles the routes of a config that take part in routing; ties go to the order of the file. */
export function buildRouter(routing: Routing): Router {
  return doAtOnce(routerSteps(routing));
}

/** The steps of that, for a process that has requests to answer meanwhile. */
export function* routerSteps(routing: Routing): Steps<Router> {
  const candidates = yield* listCandidates(routing);
  const groups = new HostGroups();
  let rank = 0;
  // The sort is stable: a full tie keeps the order of the file.
  for (const candidate of yield* mergeSort(candidates, byPrecedence)) {
    const { paths } = candidate.paths;
    for (const path of paths.length === 0 ? [undefined] : paths) {
      addEntries(groups, candidate, path, rank++);
      yield;
    }
  }
  return yield* groups.build();
}

function byPrecedence(a: Candidate, b: Candidate): number {
  return comparePrecedence(a.precedence, b.precedence);
}

function* listCandidates({ services, routes }: Routing): Steps<readonly Candidate[]> {
  const byId = new Map<string, Service>();
  for (const service of services) {
    byId.set(service.id, service);
    yield;
  }
  const candidates: Candidate[] = [];
  const pool = new ConditionPool();
  for (const route of routes) {
    const routed = routedRoute(route, byId);
    if (routed === undefined) continue;
    const { service } = routed;
    const hosts = hostsOf(route);
    const conditions = pool.of(route);
    for (const paths of pathClasses(route)) {
      const precedence = precedenceOf(route, paths);
      candidates.push({ route, service, hosts, conditions, paths, precedence });
    }
    yield;
  }
  return candidates;
}

function addEntries(
  groups: HostGroups,
  { route, service, hosts, conditions }: Candidate,
  path: string | undefined,
  rank: number,
): void {
  const { literal, regex } = compilePath(path ?? '');
  const prefix = regex === undefined ? path : undefined;
  const parts = { rank, literal, regex, prefix, route, service };
  for (const host of hosts) groups.add(host, parts, withPort(conditions, host.port));
}
