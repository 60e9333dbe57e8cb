import type { GatewayConfig, Route } from '../config/entities.js';
import { compilePath, hostsOf, methodsOf, routedRoutes, snisOf } from '../router/entry-parts.js';
import { compileHeaders, type HeaderMatcher } from '../router/header-matcher.js';
import type { HostPattern } from '../router/host-pattern.js';
import { comparePrecedence, type Precedence, pathClasses, precedenceOf } from '../router/precedence.js';

/** One path of a route, or none: what a request must look like, and how early it is tried. */
export interface RouteEntry {
  readonly route: Route;
  /** The order in which entries are tried, 0 first. */
  readonly rank: number;
  readonly precedence: Precedence;
  /** As in the config; undefined for a route without paths. */
  readonly path: string | undefined;
  /** What every path that matches begins with. */
  readonly literal: string;
  /** Anchored at the start; undefined for a prefix or no path. */
  readonly regex: RegExp | undefined;
  /** Whether the regex matches whatever begins with something it matches. */
  readonly open: boolean;
  readonly hosts: readonly HostPattern[];
  readonly methods: ReadonlySet<string> | undefined;
  readonly headers: readonly HeaderMatcher[];
  readonly snis: ReadonlySet<string> | undefined;
}

type UnrankedEntry = Omit<RouteEntry, 'rank'>;

/** The entries of all routes that take part in routing, in the order in which the router tries them. */
export function listEntries(config: GatewayConfig): readonly RouteEntry[] {
  const entries = routedRoutes(config).flatMap(({ route }) => entriesOf(route));
  entries.sort((a, b) => comparePrecedence(a.precedence, b.precedence));
  return entries.map((entry, rank) => ({ ...entry, rank }));
}

function entriesOf(route: Route): readonly UnrankedEntry[] {
  const shared = {
    route,
    hosts: hostsOf(route),
    methods: methodsOf(route),
    // The bare pattern asks for nothing.
    headers: compileHeaders(route.headers ?? {}).filter(({ always }) => !always),
    snis: snisOf(route),
  };
  return pathClasses(route).flatMap((paths) => {
    const precedence = precedenceOf(route, paths);
    if (paths.paths.length === 0) return [{ ...shared, ...NO_PATH, precedence }];
    return paths.paths.map((path) => ({ ...shared, ...describe(path), precedence }));
  });
}

const NO_PATH = { path: undefined, literal: '', regex: undefined, open: false } as const;

/** Anything in a pattern that looks at what follows, or at what a character stands beside. */
const ASSERTION = /\$|\\[bB]|\(\?(?:[=!]|<[=!])/;

function describe(path: string): Pick<RouteEntry, 'path' | 'literal' | 'regex' | 'open'> {
  const compiled = compilePath(path);
  return { path, ...compiled, open: compiled.regex !== undefined && !ASSERTION.test(compiled.regex.source) };
}
