import { after, before, describe, it } from 'node:test';
import { EchoUpstreams } from '../helpers/echo-upstream.js';
import { PATH_HOST, type PathRow, pathGroups } from '../helpers/path-handling.js';
import { RunningProxy } from '../helpers/proxy.js';
import { RawClient } from '../helpers/raw-client.js';
import { joinedValue } from '../helpers/raw-message.js';
import { Tally } from '../helpers/tally.js';

describe('strip_path and path_handling over sockets', () => {
  let echo: EchoUpstreams;
  let proxy: RunningProxy;
  let client: RawClient;

  before(async () => {
    echo = await EchoUpstreams.start([1]);
    proxy = await RunningProxy.start();
    client = await RawClient.connect(proxy.port);
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
        client.write(`GET ${row.request_path} HTTP/1.1\r\nHost: ${PATH_HOST}\r\n\r\n`);
        const status = (await client.answer())?.status ?? 0;
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
