import { recording } from './tally.js';

/** One row of Kong's table of `strip_path` and `path_handling`. */
export interface PathRow {
  readonly service_path: string | null;
  readonly route_path: string | null;
  readonly strip_path: boolean;
  readonly path_handling: 'v0' | 'v1';
  readonly request_path: string;
  /** With its query; null where the route does not match. */
  readonly upstream_path: string | null;
  /** X-Forwarded-Prefix. */
  readonly prefix?: string;
}

/** A config with one route, and the rows recorded with it. */
export interface PathGroup {
  readonly name: string;
  readonly config: object;
  readonly rows: readonly PathRow[];
}

export const PATH_HOST = 'path.test';

/** The table, by config: the service listens on `port` of 127.0.0.1. */
export function pathGroups(port: number): readonly PathGroup[] {
  const groups = new Map<string, PathRow[]>();
  for (const row of recording<readonly PathRow[]>('path-handling.json')) {
    const name = `service ${row.service_path}, route ${row.route_path}, strip ${row.strip_path}, ${row.path_handling}`;
    const rows = groups.get(name);
    if (rows === undefined) groups.set(name, [row]);
    else rows.push(row);
  }
  return Array.from(groups, ([name, rows]) => ({ name, config: configFor(rows[0], port), rows }));
}

function configFor(row: PathRow | undefined, port: number): object {
  if (row === undefined) return {};
  const { service_path, route_path, strip_path, path_handling } = row;
  const paths = route_path === null ? null : [route_path];
  const route = { name: 'r', hosts: [PATH_HOST], paths, strip_path, path_handling };
  return { services: [{ name: 's', host: '127.0.0.1', port, path: service_path, routes: [route] }] };
}
