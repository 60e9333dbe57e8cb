import type { HeaderMatcher } from '../router/header-matcher.js';
import type { HostPattern } from '../router/host-pattern.js';
import type { RouteEntry } from './route-entries.js';

/**
 * Whether every request of method `method` (undefined: of any) that matches `narrow` at `host` matches `wide` as
 * well. Where that cannot be told, of two different regexes for example, the answer is no.
 */
export function covers(
  wide: RouteEntry,
  narrow: RouteEntry,
  host: HostPattern,
  method: string | undefined,
): boolean {
  return (
    coversMethod(wide.methods, method) &&
    wide.hosts.some((pattern) => coversHost(pattern, host)) &&
    coversPath(wide, narrow) &&
    coversSnis(wide.snis, narrow.snis) &&
    wide.headers.every((header) => narrow.headers.some((own) => coversHeader(header, own)))
  );
}

function coversMethod(methods: ReadonlySet<string> | undefined, method: string | undefined): boolean {
  return methods === undefined || (method !== undefined && methods.has(method));
}

function coversHost(wide: HostPattern, narrow: HostPattern): boolean {
  if (wide.port !== undefined && wide.port !== narrow.port) return false;
  switch (wide.kind) {
    case 'any':
      return true;
    case 'plain':
      return narrow.kind === 'plain' && narrow.name === wide.name;
    case 'suffix':
      return (narrow.kind === 'plain' || narrow.kind === 'suffix') && narrow.name.endsWith(wide.name);
    case 'prefix':
      return (narrow.kind === 'plain' || narrow.kind === 'prefix') && narrow.name.startsWith(wide.name);
  }
}

function coversPath(wide: RouteEntry, narrow: RouteEntry): boolean {
  if (wide.path === undefined) return true;
  if (narrow.path === undefined) return false;
  if (wide.path === narrow.path) return true;
  if (wide.regex === undefined) return narrow.literal.startsWith(wide.path);
  return wide.open && wide.regex.test(narrow.literal);
}

/** SNIs restrict over TLS only, where `*` stands for any name but not for none. */
function coversSnis(wide: ReadonlySet<string> | undefined, narrow: ReadonlySet<string> | undefined): boolean {
  if (wide === undefined) return true;
  if (narrow === undefined) return false;
  return wide.has('*') || [...narrow].every((sni) => wide.has(sni));
}

function coversHeader(wide: HeaderMatcher, narrow: HeaderMatcher): boolean {
  if (wide.name !== narrow.name) return false;
  const patterns = new Set(wide.patterns.map(({ source }) => source));
  const takes = (value: string) =>
    wide.values.has(value) || wide.patterns.some((pattern) => pattern.test(value));
  return [...narrow.values].every(takes) && narrow.patterns.every(({ source }) => patterns.has(source));
}
