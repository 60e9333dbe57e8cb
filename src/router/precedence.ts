import type { Route } from '../config/entities.js';

/** The paths of a route that rank alike: all its regexes, or its prefixes of one length. */
export interface PathClass {
  readonly regex: boolean;
  /** The length of the prefixes; 0 for regexes and for a route without paths. */
  readonly length: number;
  readonly paths: readonly string[];
}

/**
 * Splits the paths of a route into classes that rank alike. Kong's default router treats each as an entry of its
 * own, so that a route's long prefix is not dragged along by its short one.
 */
export function pathClasses(route: Route): readonly PathClass[] {
  const paths = route.paths ?? [];
  if (paths.length === 0) return [{ regex: false, length: 0, paths: [] }];
  const [first, second] = paths;
  if (first !== undefined && second === undefined) return [pathClass(rankLength(first), paths)];
  const classes = new Map<number, string[]>();
  for (const path of paths) {
    const length = rankLength(path);
    const members = classes.get(length);
    if (members === undefined) classes.set(length, [path]);
    else members.push(path);
  }
  return Array.from(classes, ([length, members]) => pathClass(length, members));
}

/** The length of a prefix in bytes; -1 for a regex. */
function rankLength(path: string): number {
  return path.startsWith('~') ? -1 : Buffer.byteLength(path);
}

function pathClass(length: number, paths: readonly string[]): PathClass {
  return { regex: length < 0, length: Math.max(length, 0), paths };
}

/** What decides between two entries that both match, most important number first; the larger wins. */
export type Precedence = readonly [rank: number, weight: number, regexPriority: number];

/** A route with this many properties outranks every other, whatever else they say. */
const DECISIVE_PROPERTIES = 4;
/** Kong counts no more headers than this. */
const MAX_HEADERS = 255;
/** A larger regex_priority would spill into the number of properties. */
const MAX_REGEX_WEIGHT = 1023;

/**
 * Ranks a route's entry as Kong 3.9 does when it runs: first four or more properties, then all hosts plain, then
 * regex before prefix; after that a sum in which the number of properties outweighs the number of headers and
 * regex_priority, and those outweigh the prefix length. (Kong's own comments put the number of properties first;
 * its shifts work on 32 bits, so that is not what it does. See docs/decisions.)
 */
export function precedenceOf(route: Route, paths: PathClass): Precedence {
  const hosts = route.hosts ?? [];
  const headers = route.headers === null ? 0 : Object.keys(route.headers).length;
  const properties =
    given(route.methods) + given(hosts) + given(route.paths) + given(route.snis) + Math.min(headers, 1);
  const plainHosts = hosts.length > 0 && hosts.every((host) => !host.includes('*'));
  const priority = paths.regex ? route.regex_priority : 0;
  const regexWeight = Math.min(Math.max(priority, 0), MAX_REGEX_WEIGHT) << 19;
  const rank = properties >= DECISIVE_PROPERTIES ? 4 : (plainHosts ? 2 : 0) + (paths.regex ? 1 : 0);
  const weight =
    ((properties << 29) | (Math.min(headers, MAX_HEADERS) << 20) | regexWeight | paths.length) >>> 0;
  return [rank, weight, priority];
}

/** 1 where a property restricts, 0 where it does not. */
function given(values: readonly string[] | null): number {
  return values === null || values.length === 0 ? 0 : 1;
}

/** Orders the stronger first; 0 for a full tie. */
export function comparePrecedence(a: Precedence, b: Precedence): number {
  return b[0] - a[0] || b[1] - a[1] || b[2] - a[2];
}
