import { describe, it } from 'node:test';
import { parseTarget } from '#gateway/proxy/client-target.js';
import { buildRouter } from '#gateway/router/build.js';
import type { Router } from '#gateway/router/router.js';
import { upstreamPath } from '#gateway/router/upstream-path.js';
import { encodePath, normalizeRequestPath } from '#gateway/uri.js';
import { PATH_HOST, type PathRow, pathGroups } from '../../helpers/path-handling.js';
import { loadObject } from '../../helpers/proxy.js';
import { Tally } from '../../helpers/tally.js';

describe('strip_path and path_handling', () => {
  it("give the upstream path and the prefix of every row of Kong's table", (t) => {
    const tally = new Tally('path-handling.json');
    for (const { name, config, rows } of pathGroups(1)) {
      const router = buildRouter(loadObject(config));
      for (const row of rows) {
        const ours = forward(router, row.request_path);
        const problems: string[] = [];
        if (ours?.path !== (row.upstream_path ?? undefined))
          problems.push(`upstream path ${ours?.path} instead of ${row.upstream_path}`);
        if (ours?.prefix !== row.prefix) problems.push(`prefix ${ours?.prefix} instead of ${row.prefix}`);
        tally.add({
          scenario: name,
          what: row.request_path,
          status: ours === undefined ? 404 : 200,
          problems,
        });
      }
    }
    tally.report(t);
  });
});

/** What the data plane does with a request's target, without its sockets. */
function forward(
  router: Router,
  target: string,
): { readonly path: string; readonly prefix: PathRow['prefix'] } | undefined {
  const { rawPath = '', query = '' } = parseTarget(target) ?? {};
  const path = normalizeRequestPath(rawPath) ?? '';
  const match = router.match({
    method: 'GET',
    scheme: 'http',
    host: PATH_HOST,
    port: 80,
    path,
    rawHeaders: [],
    sni: undefined,
  });
  if (match === undefined) return undefined;
  const { strip_path, path_handling } = match.route;
  const prefix = strip_path ? match.prefix : undefined;
  const upstream = upstreamPath(match.service?.path ?? null, path, prefix, path_handling);
  return { path: encodePath(upstream) + query, prefix: prefix === '/' ? undefined : prefix };
}
