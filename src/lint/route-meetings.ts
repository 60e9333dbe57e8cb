import type { HeaderMatcher } from '../router/header-matcher.js';
import type { HostPattern } from '../router/host-pattern.js';
import type { RouteQuery } from '../router/router.js';
import type { RouteEntry } from './route-entries.js';
import { sampleHost, samplePaths, sampleValues, schemeOf } from './route-samples.js';

/** So many requests are made for two entries. */
const MAX_MEETINGS = 6;

/**
 * Requests that two entries of equal precedence probably both match; none where there is no such request, or none in
 * sight. Entries that ask for different headers count as apart, though a request could carry both.
 */
export function meetingsOf(a: RouteEntry, b: RouteEntry): readonly RouteQuery[] {
  const method = commonMember(a.methods, b.methods, 'GET');
  const rawHeaders = commonHeaders(a.headers, b.headers);
  if (method === undefined || rawHeaders === undefined) return [];
  const sni = commonMember(a.snis, b.snis, '');
  if (sni === undefined) return [];
  const hosts = commonHosts(a.hosts, b.hosts);
  if (hosts.length === 0) return [];
  const shared = { method, scheme: schemeOf(a.snis === undefined ? b : a), rawHeaders };
  const queries = commonPaths(a, b).flatMap((path) =>
    hosts.map(({ host, port }) => ({ ...shared, host, port, path, sni: sni === '' ? undefined : sni })),
  );
  return queries.slice(0, MAX_MEETINGS);
}

/** A member of both sets, where none means all; undefined if there is none. */
function commonMember(
  a: ReadonlySet<string> | undefined,
  b: ReadonlySet<string> | undefined,
  fallback: string,
): string | undefined {
  if (a === undefined || b === undefined) return (a ?? b)?.values().next().value ?? fallback;
  return [...a].find((member) => b.has(member));
}

function commonPaths(a: RouteEntry, b: RouteEntry): readonly string[] {
  if (a.regex === undefined || b.regex === undefined) return a.path === b.path ? samplePaths(a) : [];
  const [first, second] = [a.regex, b.regex];
  const paths = new Set([...samplePaths(a), ...samplePaths(b)]);
  return [...paths].filter((path) => first.test(path) && second.test(path));
}

function commonHeaders(
  a: readonly HeaderMatcher[],
  b: readonly HeaderMatcher[],
): readonly string[] | undefined {
  if (a.length !== b.length) return undefined;
  const lines: string[] = [];
  for (const header of a) {
    const other = b.find(({ name }) => name === header.name);
    const value = other === undefined ? undefined : commonValue(header, other);
    if (value === undefined) return undefined;
    lines.push(header.name, value);
  }
  return lines;
}

function commonValue(a: HeaderMatcher, b: HeaderMatcher): string | undefined {
  const takes = (header: HeaderMatcher, value: string) =>
    header.values.has(value) || header.patterns.some((pattern) => pattern.test(value));
  return [...sampleValues(a), ...sampleValues(b)].find((value) => takes(a, value) && takes(b, value));
}

function commonHosts(
  a: readonly HostPattern[],
  b: readonly HostPattern[],
): readonly { readonly host: string; readonly port: number }[] {
  return a.flatMap((one) =>
    b.flatMap((other) => {
      if (one.port !== undefined && other.port !== undefined && one.port !== other.port) return [];
      const host = commonHost(one, other);
      return host === undefined ? [] : [{ host, port: one.port ?? other.port ?? 80 }];
    }),
  );
}

function commonHost(a: HostPattern, b: HostPattern): string | undefined {
  if (a.kind === 'any') return sampleHost(b);
  if (a.kind === 'suffix' && b.kind === 'prefix') return `${b.name}any${a.name}`;
  if (a.kind === 'prefix' && b.kind === 'suffix') return commonHost(b, a);
  // Of two that overlap, one lies in the other, and what the narrow one matches both match.
  const host = [a, b].map(sampleHost).find((sample) => takesHost(a, sample) && takesHost(b, sample));
  return host ?? (b.kind === 'any' ? sampleHost(a) : undefined);
}

function takesHost({ kind, name }: HostPattern, host: string): boolean {
  switch (kind) {
    case 'plain':
      return host === name;
    case 'suffix':
      return host.endsWith(name);
    case 'prefix':
      return host.startsWith(name);
    case 'any':
      return true;
  }
}
