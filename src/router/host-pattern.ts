/** A route's host, taken apart. `name` is in lower case and without port; a wildcard keeps its dot. */
export interface HostPattern {
  readonly kind: 'plain' | 'suffix' | 'prefix' | 'any';
  readonly name: string;
  /** Undefined for any. */
  readonly port: number | undefined;
}

export const ANY_HOST: HostPattern = { kind: 'any', name: '', port: undefined };

/** Reads a route's host: `a.test`, `a.test:8000`, `*.a.test` (any depth), `a.*`, `[::1]`. */
export function parseHost(host: string): HostPattern {
  const port = /:(\d+)$/.exec(host.startsWith('[') ? host.slice(host.indexOf(']')) : host);
  const bare = (port === null ? host : host.slice(0, -port[0].length)).toLowerCase();
  const number = port === null ? undefined : Number(port[1]);
  if (bare.startsWith('*')) return { kind: 'suffix', name: trimDot(bare.slice(1)), port: number };
  if (bare.endsWith('*')) return { kind: 'prefix', name: bare.slice(0, -1), port: number };
  return { kind: 'plain', name: trimDot(bare), port: number };
}

function trimDot(name: string): string {
  return name.length > 1 && name.endsWith('.') ? name.slice(0, -1) : name;
}
