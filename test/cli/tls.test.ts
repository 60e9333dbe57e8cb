import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { connect } from 'node:tls';
import { makeCertificate } from '../helpers/certificate.js';
import { portOf, runGateway, type SpawnedGateway, spawnGateway } from '../helpers/command.js';
import { shake } from '../helpers/tls-recording.js';
import { waitFor } from '../helpers/wait-for.js';

const own = makeCertificate({ commonName: 'own.test', names: ['localhost', '127.0.0.1'] });

describe('gateway start, over TLS', () => {
  let folder = '';
  let gateway: SpawnedGateway | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tls-'));
    await writeFile(join(folder, 'kong.yaml'), '_format_version: "3.0"\n');
    await writeFile(join(folder, 'own.pem'), own.cert);
    await writeFile(join(folder, 'own.key'), own.key);
  });
  afterEach(async () => {
    await gateway?.stop();
    await rm(folder, { recursive: true });
  });

  const start = async (flags: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    gateway = await spawnGateway(['-c', 'kong.yaml', '--no-watch', ...flags], { cwd: folder, env });
    return gateway;
  };

  it('shows the certificate that a flag names, to clients and to those of the Admin API', async () => {
    const admin = { KONG_ADMIN_SSL_CERT: own.cert, KONG_ADMIN_SSL_CERT_KEY: own.key };
    const listen = ['--proxy-listen', '127.0.0.1:0 ssl', '--admin-listen', '127.0.0.1:0 ssl'];
    const { proxyPort, adminPort, stdout } = await start(
      [...listen, '--ssl-cert', 'own.pem', '--ssl-cert-key', 'own.key'],
      admin,
    );
    assert.match(stdout(), /^proxy {3}https:.*\nadmin {3}https:/m);
    assert.equal((await shake(proxyPort, {})).cert_cn, 'own.test');
    const status = await new Promise((resolve, reject) => {
      const options = { port: adminPort, host: '127.0.0.1', ca: own.cert, headers: { host: 'localhost' } };
      get({ ...options, path: '/status', agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });
    assert.equal(status, 200);
  });

  it('resumes a session with whichever worker takes the connection', async () => {
    const { proxyPort } = await start(['--proxy-listen', '127.0.0.1:0 ssl', '--workers', '3']);
    const offer = { host: '127.0.0.1', port: proxyPort, rejectUnauthorized: false };
    const first = connect(offer);
    const [session] = await once(first, 'session');
    first.destroy();
    for (let round = 0; round < 12; round += 1) {
      const next = connect({ ...offer, session });
      await once(next, 'secureConnect');
      assert.equal(next.isSessionReused(), true);
      next.destroy();
    }
  });

  it('answers the Status API, and is ready no more while it drains', async () => {
    const { stdout, proxyPort, signal, ended } = await start([
      '--status-listen',
      '127.0.0.1:0',
      '--drain-timeout',
      '20',
    ]);
    const base = `http://127.0.0.1:${portOf('status', stdout())}`;
    const ready = await fetch(`${base}/status/ready`);
    assert.deepEqual([ready.status, await ready.json()], [200, { message: 'ready' }]);
    assert.equal((await fetch(`${base}/status`)).status, 200);
    assert.equal((await fetch(`${base}/services`)).status, 404);
    // A request that has begun keeps the gateway from ending.
    const begun = connectPlain(proxyPort);
    await once(begun, 'connect');
    begun.write('POST / HTTP/1.1\r\nHost: a\r\n');
    await waitFor('the connection', async () => (await activeOf(base)) > 0);
    signal('SIGTERM');
    await waitFor('draining', async () => (await fetch(`${base}/status/ready`)).status === 503);
    begun.destroy();
    assert.equal((await ended).code, 0);
  });

  it('tells which certificate cannot be used, and exits 2', async () => {
    const flags = ['start', '-c', 'kong.yaml', '--ssl-cert', 'own.pem', '--ssl-cert-key', 'none.key'];
    const listen = ['--proxy-listen', '127.0.0.1:0 ssl', '--admin-listen', 'off', '--status-listen', 'off'];
    const { code, stderr } = await runGateway([...flags, ...listen], { cwd: folder });
    assert.equal(code, 2);
    assert.match(stderr, /^error: --ssl-cert-key: .*ENOENT.*\n$/);
  });
});

async function activeOf(base: string): Promise<number> {
  const status = (await (await fetch(`${base}/status`)).json()) as { server: { connections_active: number } };
  return status.server.connections_active;
}
