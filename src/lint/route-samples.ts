import type { HeaderMatcher } from '../router/header-matcher.js';
import type { HostPattern } from '../router/host-pattern.js';
import type { RouteQuery } from '../router/router.js';
import { normalizePath } from '../uri.js';
import { sampleOf } from './regex-sample.js';
import type { RouteEntry } from './route-entries.js';

/** The host of requests to routes that ask for none. */
export const NO_HOST = 'no-such-host.invalid';

/** Over what a request to the route is best made. */
export function schemeOf({ route, snis }: RouteEntry): RouteQuery['scheme'] {
  return snis !== undefined || route.protocols.includes('https') ? 'https' : 'http';
}

const known = new WeakMap<RouteEntry, readonly string[]>();

/** Paths that an entry matches for sure; none where a regex does not give one away. */
export function samplePaths(entry: RouteEntry): readonly string[] {
  const paths = known.get(entry) ?? findPaths(entry);
  known.set(entry, paths);
  return paths;
}

function findPaths({ path, regex }: RouteEntry): readonly string[] {
  if (path === undefined) return ['/'];
  if (regex === undefined) return [path];
  const texts = ([0, 1] as const).flatMap((copies) => sampleOf(path.slice(1), copies) ?? []);
  return [...new Set(texts)].filter((text) => normalizePath(text) === text && regex.test(text));
}

/** A host that a pattern matches. */
export function sampleHost({ kind, name }: HostPattern): string {
  switch (kind) {
    case 'plain':
      return name;
    case 'suffix':
      return `any${name}`;
    case 'prefix':
      return `${name}any`;
    case 'any':
      return NO_HOST;
  }
}

/** The values of a header that a route lists, and some that its patterns take. */
export function sampleValues({ values, patterns }: HeaderMatcher): readonly string[] {
  const samples = patterns.flatMap((pattern) => {
    const text = sampleOf(pattern.source, 1);
    return text !== undefined && pattern.test(text) ? [text] : [];
  });
  return [...values, ...samples];
}
