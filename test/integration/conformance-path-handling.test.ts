import { after, before, describe, it } from 'node:test';
import { EchoUpstreams } from '../helpers/echo-upstream.js';
import { PATH_HOST, type PathRow, pathGroups } from '../helpers/path-handling.js';
import { RunningProxy } from '../helpers/proxy.js';
import { joinedValue } from '../helpers/raw-message.js';
import { Tally } from '../helpers/tally.js';
import { connectVersion, VERSIONS, type VersionClient } from '../helpers/version-client.js';

for (const version of VERSIONS)
  describe(`strip_path and path_handling over ${version}`, () => {
    let echo: EchoUpstreams;
    let proxy: RunningProxy;
    let client: VersionClient;

    before(async () => {
      echo = await EchoUpstreams.start([1]);
      proxy = await RunningProxy.start();
      client = await connectVersion(version, version === 'HTTP/2' ? await proxy.listenHttp2() : proxy.port);
    });

    after(async () => {
      client.close();
      await proxy.close();
      await echo.close();
    });

    it("give the upstream path and the prefix of every row of Kong's table", async (t) => {
      const tally = new Tally('path-handling.json');
      for (const { name, config, rows } of pathGroups(echo.ports.get(1) ?? 0)) {
        proxy.swap(config);
        for (const row of rows) {
          const answer = await client.send({ method: 'GET', path: row.request_path, host: PATH_HOST });
          const status = answer?.status ?? 0;
          tally.add({ scenario: name, what: row.request_path, status, problems: differing(row, status) });
        }
      }
      tally.report(t);
    });

    function differing(row: PathRow, status: number): readonly string[] {
      const [seen] = echo.take();
      const prefix = seen && joinedValue(seen.headers, 'x-forwarded-prefix');
      const wanted = row.upstream_path === null ? 404 : 200;
      const problems: string[] = [];
      if (status !== wanted) problems.push(`status ${status} instead of ${wanted}`);
      if (seen?.target !== (row.upstream_path ?? undefined))
        problems.push(`upstream path ${seen?.target} instead of ${row.upstream_path}`);
      if (prefix !== row.prefix) problems.push(`prefix ${prefix} instead of ${row.prefix}`);
      return problems;
    }
  });
