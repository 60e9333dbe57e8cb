import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openResolver } from '#gateway/dns/open-resolver.js';
import { DEFAULT_DNS_SETTINGS } from '#gateway/dns-settings.js';
import { recordingLog } from '../helpers/dns.js';
import { startNameserver } from '../helpers/nameserver.js';

describe('openResolver', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dns-open-'));
  after(() => rm(folder, { recursive: true }));

  it('goes by the hosts file, resolv.conf and the settings', async () => {
    const [hostsFile, resolvConf] = [join(folder, 'hosts'), join(folder, 'resolv.conf')];
    await writeFile(hostsFile, '10.1.1.1 db\n');
    await writeFile(resolvConf, 'nameserver 192.0.2.1\nsearch wrong.test\noptions ndots:2\n');
    const server = await startNameserver({ 'app.one.test': [{ type: 'A', address: '10.0.0.1' }] });
    const lines: string[] = [];
    const resolver = await openResolver({
      settings: { ...DEFAULT_DNS_SETTINGS, hostsFile, resolver: [{ host: '127.0.0.1', port: server.port }] },
      environment: { LOCALDOMAIN: 'one.test' },
      log: recordingLog(lines),
      resolvConf,
    });
    assert.equal(resolver.peek('db')?.[0]?.address, '10.1.1.1');
    assert.equal((await resolver.resolve('app'))[0]?.address, '10.0.0.1');
    assert.equal(server.asked[0], 'SRV app.one.test');
    assert.deepEqual(lines, []);
    await resolver.close();
    await server.close();
  });

  it('does without files that cannot be read, and says so', async () => {
    const lines: string[] = [];
    const missing = join(folder, 'missing');
    const resolver = await openResolver({
      settings: { ...DEFAULT_DNS_SETTINGS, hostsFile: missing },
      environment: {},
      log: recordingLog(lines),
      resolvConf: missing,
    });
    assert.equal(resolver.peek('localhost')?.[0]?.address, '127.0.0.1');
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? '', /names are resolved without .*missing: ENOENT/);
    await resolver.close();
  });
});
