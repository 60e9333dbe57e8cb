import type { GatewayConfig, Route } from '../config/entities.js';
import { translateRegex } from '../regex.js';
import { compileHeaders, type HeaderMatcher } from '../router/header-matcher.js';
import { ANY_HOST, type HostPattern, parseHost } from '../router/host-index.js';
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
export function listEntries({ routes, services }: GatewayConfig): readonly RouteEntry[] {
  const disabled = new Set(services.filter(({ enabled }) => !enabled).map(({ id }) => id));
  const entries = routes
    .filter((route) => isRouted(route) && !(route.service !== null && disabled.has(route.service.id)))
    .flatMap(entriesOf);
  entries.sort((a, b) => comparePrecedence(a.precedence, b.precedence));
  return entries.map((entry, rank) => ({ ...entry, rank }));
}

/** Whether the HTTP router knows the route; others are matched by other means, or not yet. */
export function isRouted(route: Route): boolean {
  const http = route.protocols.some((protocol) => protocol === 'http' || protocol === 'https');
  return http && !('expression' in route && route.expression !== null && route.expression !== undefined);
}

function entriesOf(route: Route): readonly UnrankedEntry[] {
  const shared = {
    route,
    hosts: route.hosts?.length ? route.hosts.map(parseHost) : [ANY_HOST],
    methods: route.methods?.length ? new Set(route.methods) : undefined,
    // The bare pattern asks for nothing.
    headers: compileHeaders(route.headers ?? {}).filter(({ always }) => !always),
    snis: route.snis?.length
      ? new Set(route.snis.map((sni) => sni.toLowerCase().replace(/\.$/, '')))
      : undefined,
  };
  return pathClasses(route).flatMap((paths) => {
    const precedence = precedenceOf(route, paths);
    if (paths.paths.length === 0) return [{ ...shared, ...NO_PATH, precedence }];
    return paths.paths.map((path) => ({ ...shared, ...compile(path), precedence }));
  });
}

const NO_PATH = { path: undefined, literal: '', regex: undefined, open: false } as const;

/** Anything in a pattern that looks at what follows, or at what a character stands beside. */
const ASSERTION = /\$|\\[bB]|\(\?(?:[=!]|<[=!])/;

function compile(path: string): Pick<RouteEntry, 'path' | 'literal' | 'regex' | 'open'> {
  if (!path.startsWith('~')) return { path, literal: path, regex: undefined, open: false };
  const translation = translateRegex(path.slice(1));
  if (!translation.ok) throw new Error(`regex path "${path}": ${translation.message}`);
  const { source, flags, literalPrefix: literal } = translation;
  return { path, literal, regex: new RegExp(`^${source}`, flags), open: !ASSERTION.test(source) };
}
