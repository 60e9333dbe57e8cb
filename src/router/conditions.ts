import type { Route } from '../config/entities.js';
import { methodsOf, snisOf } from './entry-parts.js';
import { compileHeaders, type HeaderMatcher, headersMatch } from './header-matcher.js';
import type { RouteQuery } from './router.js';

/** What a route asks of a request besides its host and path; undefined for what it does not ask. */
export interface Conditions {
  /** The port the host asks for. */
  readonly port: number | undefined;
  readonly methods: ReadonlySet<string> | undefined;
  readonly headers: readonly HeaderMatcher[] | undefined;
  readonly snis: ReadonlySet<string> | undefined;
}

/** True when all of them hold. */
export function conditionsHold({ port, methods, headers, snis }: Conditions, query: RouteQuery): boolean {
  if (port !== undefined && port !== query.port) return false;
  if (methods !== undefined && !methods.has(query.method)) return false;
  // A route's `snis` speak of TLS only; over plain HTTP they do not restrict, as in Kong.
  if (snis !== undefined && query.scheme === 'https' && !sniMatches(snis, query.sni)) return false;
  return headers === undefined || headersMatch(headers, query.rawHeaders);
}

function sniMatches(wanted: ReadonlySet<string>, sni: string | undefined): boolean {
  if (sni === undefined) return false;
  if (wanted.has(sni)) return true;
  for (const pattern of wanted) if (covers(pattern, sni)) return true;
  return false;
}

/** Whether a name with `*` at one of its ends, for any number of labels, covers this one. */
function covers(pattern: string, sni: string): boolean {
  if (pattern.startsWith('*')) return sni.endsWith(pattern.slice(1));
  return pattern.endsWith('*') && sni.startsWith(pattern.slice(0, -1));
}

/** Makes the conditions of routes. Those that ask for the same methods and nothing else share theirs. */
export class ConditionPool {
  readonly #byMethods = new Map<string, Conditions>();

  /** Without the port, which goes with the host; undefined for a route that asks for nothing. */
  of(route: Route): Conditions | undefined {
    const headers = compileHeaders(route.headers ?? {});
    const snis = snisOf(route);
    const methods = methodsOf(route);
    const conditions = { port: undefined, methods, headers: headers.length > 0 ? headers : undefined, snis };
    if (headers.length > 0 || snis !== undefined) return conditions;
    if (methods === undefined) return undefined;
    const key = [...methods].join(' ');
    const known = this.#byMethods.get(key);
    if (known === undefined) this.#byMethods.set(key, conditions);
    return known ?? conditions;
  }
}

/** The same conditions, and a host's port where it names one. */
export function withPort(
  conditions: Conditions | undefined,
  port: number | undefined,
): Conditions | undefined {
  if (port === undefined) return conditions;
  return { methods: undefined, headers: undefined, snis: undefined, ...conditions, port };
}
