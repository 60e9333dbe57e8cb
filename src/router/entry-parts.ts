import type { GatewayConfig, Route, Service } from '../config/entities.js';
import { isServed } from '../config/unexecuted.js';
import { translateRegex } from '../regex.js';
import { ANY_HOST, type HostPattern, parseHost } from './host-pattern.js';

/** A route that takes part in routing, with its service. */
export interface RoutedRoute {
  readonly route: Route;
  readonly service: Service | null;
}

/** The routes that take part in routing, in the order of the file. */
export function routedRoutes({
  routes,
  services,
}: Pick<GatewayConfig, 'services' | 'routes'>): readonly RoutedRoute[] {
  const byId = new Map(services.map((service) => [service.id, service]));
  return routes.flatMap((route) => routedRoute(route, byId) ?? []);
}

/**
 * A route with its service, of those given by id; undefined where it takes no part in routing, for its service is
 * disabled, or it speaks, or leads to what speaks, a protocol that is not served.
 */
export function routedRoute(route: Route, services: ReadonlyMap<string, Service>): RoutedRoute | undefined {
  const service = route.service === null ? null : (services.get(route.service.id) ?? null);
  if (service?.enabled === false || !isServed(route.protocols)) return undefined;
  return service === null || isServed([service.protocol]) ? { route, service } : undefined;
}

/** A path of a route, compiled: what it starts with for sure, and the regex where it is one. */
export interface CompiledPath {
  readonly literal: string;
  readonly regex: RegExp | undefined;
}

/** Kong puts `^` in front of a regex as it stands, so an alternation at its top is anchored in its first part only. */
export function compilePath(path: string): CompiledPath {
  if (!path.startsWith('~')) return { literal: path, regex: undefined };
  const translation = translateRegex(path.slice(1));
  if (!translation.ok) throw new Error(`regex path "${path}": ${translation.message}`);
  const regex = new RegExp(`^${translation.source}`, translation.flags);
  return { literal: translation.literalPrefix, regex };
}

/** The hosts of a route; any host where it names none. */
export function hostsOf(route: Route): readonly HostPattern[] {
  return route.hosts?.length ? route.hosts.map(parseHost) : [ANY_HOST];
}

/** The methods of a route; undefined where it names none. */
export function methodsOf(route: Route): ReadonlySet<string> | undefined {
  return route.methods?.length ? new Set(route.methods) : undefined;
}

/** The SNIs of a route as a handshake's is compared: in lower case, without a trailing dot; undefined for none. */
export function snisOf(route: Route): ReadonlySet<string> | undefined {
  if (!route.snis?.length) return undefined;
  return new Set(route.snis.map((sni) => sni.toLowerCase().replace(/\.$/, '')));
}
