import type { PathHandling } from '../config/entities.js';

/**
 * The path to ask the upstream for, in normal form. `base` is the service's path; `prefix` is what `strip_path`
 * takes off the front of the request's `path`, undefined where nothing is stripped. Kong documents the two ways
 * under "Path handling algorithms"; `v0` joins with exactly one slash, `v1` puts the rest behind the base as it is.
 */
export function upstreamPath(
  base: string | null,
  path: string,
  prefix: string | undefined,
  handling: PathHandling,
): string {
  const rest = prefix === undefined ? path.slice(1) : withoutDots(path.slice(prefix.length));
  const root = base ?? '/';
  return handling === 'v1' ? joinV1(root, rest) : joinV0(root, path, rest);
}

function joinV0(base: string, path: string, rest: string): string {
  const bare = base.endsWith('/') ? base.slice(0, -1) : base;
  if (rest !== '' && rest !== '/') return rest.startsWith('/') ? bare + rest : `${bare}/${rest}`;
  if (path === '/') return base;
  // Nothing is left: whether the request ended with a slash decides, not whether the service's path does.
  return path.endsWith('/') ? `${bare}/` : bare || '/';
}

function joinV1(base: string, rest: string): string {
  return base.endsWith('/') && rest.startsWith('/') ? base + rest.slice(1) : base + rest;
}

/** What is left behind a prefix that ends inside a segment can look like a dot segment: it must not act as one. */
function withoutDots(rest: string): string {
  if (!rest.startsWith('.')) return rest;
  if (rest === '.' || rest === '..') return '';
  if (rest.startsWith('./')) return rest.slice(2);
  return rest.startsWith('../') ? rest.slice(3) : rest;
}
