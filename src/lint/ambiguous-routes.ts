import type { Route } from '../config/entities.js';
import type { Finding, Path } from '../config/finding.js';
import { type LintContext, warning } from '../config/lint/rule.js';
import { buildRouter } from '../router/build.js';
import type { RouteQuery, Router } from '../router/router.js';
import type { RouteEntry } from './route-entries.js';
import { meetingsOf } from './route-meetings.js';
import { NO_HOST, sampleValues } from './route-samples.js';
import { nameOf } from './unreachable-routes.js';

/** An entry is compared with so many others that may overlap with it, the nearest in the file. */
const MAX_COMPARED = 60;

/** So many requests are tried on the routers, which take long over one where thousands of routes share a path. */
const MAX_QUERIES = 5000;

/**
 * Two routes that rank alike and match the same request, so that the order of the file decides. Told by trying
 * requests on the router, and on one whose routes stand the other way round: where the two disagree, the order
 * decided. What no such request meets goes unnoticed; what is told is true. `unreachable` routes have a warning of
 * their own.
 */
export function findAmbiguousRoutes(
  entries: readonly RouteEntry[],
  unreachable: { has(route: Route): boolean },
  { config, pathOf }: LintContext,
): readonly Finding[] {
  const findings = new Map<Route, Finding>();
  let routers: { readonly forward: Router; readonly backward: Router } | undefined;
  let queries = 0;
  const reachable = entries.filter(({ route }) => !unreachable.has(route));
  for (const group of groupsOf(reachable)) {
    for (const query of queriesOf(group)) {
      queries += 1;
      if (queries > MAX_QUERIES) return [...findings.values()];
      // Most configs have no two entries that could meet, and need no routers.
      routers ??= {
        forward: buildRouter(config),
        backward: buildRouter({ ...config, routes: config.routes.toReversed() }),
      };
      const loser = routers.backward.match(query)?.route;
      if (loser === undefined || findings.has(loser)) continue;
      const winner = routers.forward.match(query)?.route;
      if (winner === undefined || winner === loser) continue;
      const path = pathOf(loser);
      const other = pathOf(winner);
      if (path !== undefined && other !== undefined)
        findings.set(loser, { ...describe(path, winner, query), other });
    }
  }
  return [...findings.values()];
}

/** Entries that rank alike, and that may meet in hosts, header values and SNIs as far as these are plain. */
function groupsOf(entries: readonly RouteEntry[]): Iterable<readonly RouteEntry[]> {
  const groups = new Map<string, RouteEntry[]>();
  for (const entry of entries) {
    for (const place of placesOf(entry)) {
      const key = `${entry.precedence.join(' ')} ${place}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [entry]);
      else group.push(entry);
    }
  }
  return groups.values();
}

/** One place for every combination of a host, a header value and an SNI. */
function placesOf({ precedence, hosts, headers, snis }: RouteEntry): readonly string[] {
  // Among entries of these ranks, all hosts are plain.
  const isPlain = precedence[0] === 2 || precedence[0] === 3;
  const names = isPlain ? new Set(hosts.map(({ name }) => name)) : [''];
  const [header] = headers.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const values =
    header === undefined ? [''] : [...sampleValues(header)].map((value) => `${header.name}=${value}`);
  return [...names].flatMap((name) =>
    values.flatMap((value) => [...(snis ?? [''])].map((sni) => `${name} ${value} ${sni}`)),
  );
}

/** Paths that match two entries begin with the literal start of both, so that one start begins with the other. */
function* queriesOf(group: readonly RouteEntry[]): Generator<RouteQuery> {
  if (group.length < 2) return;
  const sorted = group.toSorted((a, b) =>
    a.literal < b.literal ? -1 : a.literal > b.literal ? 1 : a.rank - b.rank,
  );
  const around: RouteEntry[] = [];
  for (const entry of sorted) {
    while (!entry.literal.startsWith(around.at(-1)?.literal ?? '')) around.pop();
    for (const other of around.slice(-MAX_COMPARED)) {
      if (other.route === entry.route) continue;
      yield* other.rank < entry.rank ? meetingsOf(other, entry) : meetingsOf(entry, other);
    }
    around.push(entry);
  }
}

function describe(path: Path, winner: Route, query: RouteQuery): Finding {
  const name = nameOf(winner);
  const message = `ranks with ${name} at {other}, and both match ${show(query)}: ${name} wins, for it comes first in the file`;
  const hint = 'give one of the two more to match by, or a regex_priority of its own';
  return warning('ambiguous-routes', path, message, hint);
}

/** `GET http://a.test/users`. */
function show({ method, scheme, host, path, sni }: RouteQuery): string {
  const authority = host === NO_HOST ? (sni ?? '') : host;
  return authority === '' ? `${method} ${path}` : `${method} ${scheme}://${authority}${path}`;
}
