import type { GatewayConfig, Route, Service } from '../config/entities.js';
import { isServed } from '../config/unexecuted.js';
import { translateRegex } from '../regex.js';
import type { Entry } from './entry.js';
import { compileHeaders } from './header-matcher.js';
import { ANY_HOST, HostIndex, type HostPattern, parseHost } from './host-index.js';
import {
  comparePrecedence,
  type PathClass,
  type Precedence,
  pathClasses,
  precedenceOf,
} from './precedence.js';
import type { Router } from './router.js';

/** A route and those of its paths that rank alike. */
interface Candidate {
  readonly route: Route;
  readonly service: Service | null;
  readonly paths: PathClass;
  readonly precedence: Precedence;
}

/** A path, compiled: what it starts with for sure, and the regex where it is one. */
interface CompiledPath {
  readonly literal: string;
  readonly regex: RegExp | undefined;
  /** What of the request's path a match strips; undefined for a route without paths. */
  readonly prefix: string | undefined;
}

/**
 * Compiles the routes of a config; ties go to the order of the file. Routes of disabled services are left out, and so
 * are those that speak, or lead to what speaks, a protocol that is not served.
 */
export function buildRouter(config: Pick<GatewayConfig, 'services' | 'routes'>): Router {
  const services = new Map(config.services.map((service) => [service.id, service]));
  const candidates = config.routes.flatMap((route) => candidatesOf(route, services));
  // Array.prototype.sort is stable: a full tie keeps the order of the file.
  candidates.sort((a, b) => comparePrecedence(a.precedence, b.precedence));
  const index = new HostIndex();
  let rank = 0;
  for (const candidate of candidates) {
    for (const path of compilePaths(candidate.paths)) addEntries(index, candidate, path, rank++);
  }
  return index;
}

function candidatesOf(route: Route, services: ReadonlyMap<string, Service>): readonly Candidate[] {
  const service = route.service === null ? null : (services.get(route.service.id) ?? null);
  if (service?.enabled === false) return [];
  if (!isServed(route.protocols) || (service !== null && !isServed([service.protocol]))) return [];
  return pathClasses(route).map((paths) => ({
    route,
    service,
    paths,
    precedence: precedenceOf(route, paths),
  }));
}

function compilePaths(paths: PathClass): readonly CompiledPath[] {
  if (paths.paths.length === 0) return [{ literal: '', regex: undefined, prefix: undefined }];
  return paths.paths.map((path) =>
    paths.regex ? compileRegex(path) : { literal: path, regex: undefined, prefix: path },
  );
}

/** Kong puts `^` in front of the pattern as it stands, so an alternation at its top is anchored in its first part only. */
function compileRegex(path: string): CompiledPath {
  const translation = translateRegex(path.slice(1));
  if (!translation.ok) throw new Error(`regex path "${path}": ${translation.message}`);
  const regex = new RegExp(`^${translation.source}`, translation.flags);
  return { literal: translation.literalPrefix, regex, prefix: undefined };
}

function addEntries(index: HostIndex, candidate: Candidate, path: CompiledPath, rank: number): void {
  const { route, service } = candidate;
  const hosts: readonly HostPattern[] = route.hosts?.length ? route.hosts.map(parseHost) : [ANY_HOST];
  const shared: Omit<Entry, 'port'> = {
    rank,
    route,
    service,
    methods: route.methods?.length ? new Set(route.methods) : undefined,
    headers: Object.keys(route.headers ?? {}).length > 0 ? compileHeaders(route.headers ?? {}) : undefined,
    snis: route.snis?.length ? new Set(route.snis.map(normalizeSni)) : undefined,
    regex: path.regex,
    match:
      path.regex === undefined ? { route, service, prefix: path.prefix, captures: undefined } : undefined,
  };
  for (const host of hosts) index.add(host, path.literal, { ...shared, port: host.port });
}

function normalizeSni(sni: string): string {
  return sni.toLowerCase().replace(/\.$/, '');
}
