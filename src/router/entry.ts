import type { Route, Service } from '../config/entities.js';
import { type HeaderMatcher, headersMatch } from './header-matcher.js';
import type { RouteMatch, RouteQuery } from './router.js';

/** One way into a route: one of its hosts with one of its paths. */
export interface Entry {
  /** The place in the order of precedence, 0 first. No two paths of the router share one. */
  readonly rank: number;
  readonly route: Route;
  readonly service: Service | null;
  /** The port the host asks for; undefined for any. */
  readonly port: number | undefined;
  readonly methods: ReadonlySet<string> | undefined;
  readonly headers: readonly HeaderMatcher[] | undefined;
  readonly snis: ReadonlySet<string> | undefined;
  /** Anchored at the start; undefined for a prefix or no path. */
  readonly regex: RegExp | undefined;
  /** What to answer where nothing was caught: the same object every time. Undefined for a regex. */
  readonly match: RouteMatch | undefined;
}

/** The match of an entry whose host and literal path prefix are known to fit, or undefined. */
export function matchEntry(entry: Entry, query: RouteQuery): RouteMatch | undefined {
  if (entry.port !== undefined && entry.port !== query.port) return undefined;
  if (entry.methods !== undefined && !entry.methods.has(query.method)) return undefined;
  if (entry.snis !== undefined && query.scheme === 'https' && !sniMatches(entry.snis, query.sni))
    return undefined;
  if (entry.headers !== undefined && !headersMatch(entry.headers, query.rawHeaders)) return undefined;
  if (entry.regex === undefined) return entry.match;
  const found = entry.regex.exec(query.path);
  return found === null ? undefined : regexMatch(entry, found);
}

/** A route's `snis` speak of TLS only; over plain HTTP they do not restrict, as in Kong. */
function sniMatches(wanted: ReadonlySet<string>, sni: string | undefined): boolean {
  return sni !== undefined && (wanted.has(sni) || wanted.has('*'));
}

function regexMatch(entry: Entry, found: RegExpExecArray): RouteMatch {
  const captures: Record<string, string> = {};
  for (let i = 1; i < found.length; i++) {
    const caught = found[i];
    if (caught !== undefined) captures[i] = caught;
  }
  for (const [name, caught] of Object.entries(found.groups ?? {})) {
    if (caught !== undefined) captures[name] = caught;
  }
  return { route: entry.route, service: entry.service, prefix: found[0], captures };
}
