import type { GatewayConfig } from '../config/entities.js';
import type { Entry } from './entry.js';
import { compilePath, hostsOf, methodsOf, type RoutedRoute, routedRoutes, snisOf } from './entry-parts.js';
import { compileHeaders } from './header-matcher.js';
import { HostIndex } from './host-index.js';
import {
  comparePrecedence,
  type PathClass,
  type Precedence,
  pathClasses,
  precedenceOf,
} from './precedence.js';
import type { Router } from './router.js';

/** A route and those of its paths that rank alike. */
interface Candidate extends RoutedRoute {
  readonly paths: PathClass;
  readonly precedence: Precedence;
}

/** Compiles the routes of a config that take part in routing; ties go to the order of the file. */
export function buildRouter(config: Pick<GatewayConfig, 'services' | 'routes'>): Router {
  const candidates = routedRoutes(config).flatMap(candidatesOf);
  // Array.prototype.sort is stable: a full tie keeps the order of the file.
  candidates.sort((a, b) => comparePrecedence(a.precedence, b.precedence));
  const index = new HostIndex();
  let rank = 0;
  for (const candidate of candidates) {
    const { paths } = candidate.paths;
    if (paths.length === 0) addEntries(index, candidate, undefined, rank++);
    for (const path of paths) addEntries(index, candidate, path, rank++);
  }
  return index;
}

function candidatesOf({ route, service }: RoutedRoute): readonly Candidate[] {
  return pathClasses(route).map((paths) => ({
    route,
    service,
    paths,
    precedence: precedenceOf(route, paths),
  }));
}

function addEntries(
  index: HostIndex,
  { route, service }: RoutedRoute,
  path: string | undefined,
  rank: number,
): void {
  const { literal, regex } = compilePath(path ?? '');
  const shared: Omit<Entry, 'port'> = {
    rank,
    route,
    service,
    methods: methodsOf(route),
    headers: Object.keys(route.headers ?? {}).length > 0 ? compileHeaders(route.headers ?? {}) : undefined,
    snis: snisOf(route),
    regex,
    match: regex === undefined ? { route, service, prefix: path, captures: undefined } : undefined,
  };
  for (const host of hostsOf(route)) index.add(host, literal, { ...shared, port: host.port });
}
