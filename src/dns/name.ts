import { isIP } from 'node:net';

const MAX_NAME_BYTES = 253;
const LABEL = /^[\x21-\x2d\x2f-\x7e]{1,63}$/;

/** An IP address without the brackets of an IPv6 one in a URL; undefined for a name. */
export function addressIn(name: string): string | undefined {
  const bare = name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
  return isIP(bare) === 0 ? undefined : bare;
}

/** Whether DNS can be asked for a name (RFC 1035, 2.3.4). Digits and dots alone are a mistyped address. */
export function isName(name: string): boolean {
  const bare = withoutDot(name);
  if (bare.length > MAX_NAME_BYTES || /^[\d.]*$/.test(bare)) return false;
  return bare.split('.').every((label) => LABEL.test(label));
}

/** The name without the dot that marks it as absolute. */
export function withoutDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

/** How short names become absolute ones, from resolv.conf. */
export interface SearchRules {
  readonly search: readonly string[];
  /** A name with fewer dots is first tried below the domains of `search`. */
  readonly ndots: number;
}

/** The absolute names a name may stand for, in the order in which to try them (resolv.conf(5)). */
export function candidates(name: string, { search, ndots }: SearchRules): readonly string[] {
  const bare = withoutDot(name);
  if (name.endsWith('.')) return [bare];
  const below = search.map((domain) => `${bare}.${domain}`).filter(isName);
  const dots = bare.split('.').length - 1;
  return dots < ndots ? [...below, bare] : [bare, ...below];
}
