import type { Route } from '../config/entities.js';
import type { Finding } from '../config/finding.js';
import { type LintContext, warning } from '../config/lint/rule.js';
import { EntryIndex } from './entry-index.js';
import type { RouteEntry } from './route-entries.js';

/** Why a route never matches: each of its entries, and an entry tried before that takes all its requests. */
export interface Shadow {
  readonly own: RouteEntry;
  readonly by: RouteEntry;
}

/** Routes that no request can reach, each with one of the entries that stand in front of it. */
export function findShadowed(entries: readonly RouteEntry[]): ReadonlyMap<Route, readonly Shadow[]> {
  const index = new EntryIndex();
  const byRoute = new Map<Route, RouteEntry[]>();
  for (const entry of entries) {
    index.add(entry);
    const own = byRoute.get(entry.route);
    if (own === undefined) byRoute.set(entry.route, [entry]);
    else own.push(entry);
  }
  const shadowed = new Map<Route, readonly Shadow[]>();
  for (const [route, own] of byRoute) {
    const shadows = shadowsOf(own, index);
    if (shadows !== undefined) shadowed.set(route, shadows);
  }
  return shadowed;
}

/** Undefined as soon as something of the route is left over. */
function shadowsOf(entries: readonly RouteEntry[], index: EntryIndex): readonly Shadow[] | undefined {
  const shadows: Shadow[] = [];
  for (const own of entries) {
    for (const host of own.hosts) {
      for (const method of own.methods ?? [undefined]) {
        const by = index.findEarlier(own, host, method);
        if (by === undefined) return undefined;
        if (shadows.every((shadow) => shadow.by.route !== by.route)) shadows.push({ own, by });
      }
    }
  }
  return shadows;
}

/** The warnings about routes that can never match, because others are tried before and match all that they do. */
export function describeShadowed(
  shadowed: ReadonlyMap<Route, readonly Shadow[]>,
  { pathOf }: LintContext,
): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [route, [first, ...more]] of shadowed) {
    const path = pathOf(route);
    const other = first === undefined ? undefined : pathOf(first.by.route);
    if (path === undefined || first === undefined || other === undefined) continue;
    const rest = more.length === 0 ? '' : ` and ${more.length} more`;
    const message = `never matches: ${nameOf(first.by.route)} at {other}${rest} takes all its requests, for ${reason(first)}`;
    const hint = 'narrow the other route, give this one more to match by, or remove it';
    findings.push({ ...warning('unreachable-route', path, message, hint), other });
  }
  return findings;
}

/** `route "users"`; a route without a name is called by its id. */
export function nameOf({ name, id }: Route): string {
  return `route "${name ?? id}"`;
}

/** The first rule of precedence that decides between the two. */
function reason({ own, by }: Shadow): string {
  const [rank, weight, priority] = by.precedence;
  if (rank === own.precedence[0] && weight === own.precedence[1] && priority === own.precedence[2])
    return 'it comes first in the file';
  if (rank !== own.precedence[0]) {
    if (rank >= 4) return 'four properties or more go before fewer';
    if (rank >= 2 && own.precedence[0] < 2) return 'plain hosts go before wildcards and no hosts';
    return 'a regex goes before a prefix';
  }
  const [more, fewer] = [propertiesOf(by.route), propertiesOf(own.route)];
  if (more > fewer) return 'more properties go before fewer';
  if (by.headers.length > own.headers.length) return 'more headers go before fewer';
  return by.regex === undefined
    ? 'a longer prefix goes before a shorter one'
    : 'its regex_priority is higher';
}

function propertiesOf({ methods, hosts, paths, snis, headers }: Route): number {
  const lists = [methods, hosts, paths, snis, Object.keys(headers ?? {})];
  return lists.filter((list) => (list ?? []).length > 0).length;
}
