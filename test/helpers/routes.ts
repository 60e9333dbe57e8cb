import { buildRouter } from '#gateway/router/build.js';
import type { RouteMatch, RouteQuery } from '#gateway/router/router.js';
import { loadObject } from './proxy.js';

/** A request, as far as it matters. */
export interface Query {
  readonly method?: string;
  readonly scheme?: 'http' | 'https';
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly sni?: string;
}

/** Compiles routes given as in kong.yaml, all of one service, and returns what matches a request. */
export function matcher(routes: readonly object[]): (query: Query) => RouteMatch | undefined {
  const router = buildRouter(loadObject({ services: [{ name: 's', host: 's.test', routes }] }));
  return (query) => router.match(routeQuery(query));
}

/** The same, returning the route's name. */
export function namer(routes: readonly object[]): (query: Query) => string | undefined {
  const match = matcher(routes);
  return (query) => match(query)?.route.name ?? undefined;
}

export function routeQuery(query: Query): RouteQuery {
  return {
    method: query.method ?? 'GET',
    scheme: query.scheme ?? 'http',
    host: query.host ?? 'any.test',
    port: query.port ?? 80,
    path: query.path ?? '/',
    rawHeaders: (query.headers ?? []).flat(),
    sni: query.sni,
  };
}
