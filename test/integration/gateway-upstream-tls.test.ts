import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { SettingsError } from '#gateway/errors.js';
import { answer, request } from '../helpers/behind-proxy.js';
import { makeCertificate } from '../helpers/certificate.js';
import { runGateway, spawnGateway } from '../helpers/command.js';
import { startGateway } from '../helpers/gateway.js';
import { exchange } from '../helpers/raw-client.js';
import { answering, RawUpstream } from '../helpers/raw-upstream.js';

const ca = makeCertificate({ commonName: 'ca', ca: true });
const otherCa = makeCertificate({ commonName: 'ca2', ca: true });
const leaf = makeCertificate({ commonName: 'leaf', names: ['127.0.0.1'], issuer: ca });
const client = makeCertificate({ commonName: 'client', issuer: ca });

const VERIFY = 'KONG_NGINX_PROXY_PROXY_SSL_VERIFY';
const TRUSTED = 'KONG_NGINX_PROXY_PROXY_SSL_TRUSTED_CERTIFICATE';

describe('the files of the settings for https services', () => {
  let folder = '';
  let upstream: RawUpstream;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'upstream-tls-'));
    upstream = await RawUpstream.start(answering(answer('ok')), {
      ...{ cert: leaf.cert, key: leaf.key },
      ...{ requestCert: true, rejectUnauthorized: false, ca: ca.cert },
    });
  });
  after(async () => {
    await upstream.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function file(text: string): Promise<string> {
    const path = join(folder, `${Math.random()}.pem`);
    await writeFile(path, text);
    return path;
  }

  function configOf(service: object) {
    const fields = { name: 's', url: `https://127.0.0.1:${upstream.port}`, retries: 0, ...service };
    return { _format_version: '3.0', services: [{ ...fields, routes: [{ paths: ['/r'] }] }] };
  }

  /** What a gateway answers, and what its last connection showed the upstream. */
  async function answerOf(port: number) {
    const [given] = await exchange(port, [request('GET', '/r')], { answers: 1 });
    const { tls } = upstream.connections.at(-1) ?? {};
    return { status: given?.status, client: tls?.client };
  }

  /** Starts a gateway with these variables and asks it once. */
  async function ask(variables: Readonly<Record<string, string>>, service: object = {}) {
    const gateway = await startGateway(configOf(service), {}, {}, variables);
    try {
      return await answerOf(gateway.proxyPort);
    } finally {
      await gateway.close();
    }
  }

  it('say whom services trust that name no authority', async () => {
    const bundle = await file(`# two of them\n${otherCa.cert}\n${ca.cert}`);
    assert.equal((await ask({ [VERIFY]: 'on', [TRUSTED]: bundle })).status, 200);
    assert.equal((await ask({ [VERIFY]: 'on', [TRUSTED]: await file(otherCa.cert) })).status, 502);
    assert.equal((await ask({ [VERIFY]: 'on' })).status, 502);
    assert.equal((await ask({ [VERIFY]: 'on' }, { tls_verify: false })).status, 200);
    assert.equal((await ask({ [TRUSTED]: bundle }, { tls_verify: true })).status, 200);
    assert.equal((await ask({ [TRUSTED]: bundle }, { tls_verify: true, ca_certificates: [] })).status, 502);
  });

  it('say what is shown to services that name no certificate', async () => {
    const shown = {
      KONG_CLIENT_SSL_CERT: await file(client.cert),
      // Kong takes the text itself too, also in base64.
      KONG_CLIENT_SSL_CERT_KEY: Buffer.from(client.key).toString('base64'),
    };
    assert.deepEqual(await ask({ KONG_CLIENT_SSL: 'on', ...shown }), { status: 200, client: 'client' });
    assert.deepEqual(await ask(shown), { status: 200, client: null });
  });

  it('reach the workers; a mistake in them is told before any is started', async () => {
    const config = await file(JSON.stringify(configOf({ tls_verify: true })));
    const args = ['--config', config, '--no-watch', '--workers', '1'];
    const shown = { KONG_CLIENT_SSL: 'on', KONG_CLIENT_SSL_CERT: client.cert };
    const env = {
      ...shown,
      [TRUSTED]: await file(ca.cert),
      KONG_CLIENT_SSL_CERT_KEY: await file(client.key),
    };
    const gateway = await spawnGateway(args, { env });
    try {
      assert.deepEqual(await answerOf(gateway.proxyPort), { status: 200, client: 'client' });
    } finally {
      await gateway.stop();
    }
    const wrong = { ...env, KONG_CLIENT_SSL_CERT_KEY: await file(ca.key) };
    const listen = ['--proxy-listen', '127.0.0.1:0', '--admin-listen', 'off'];
    const { code, stderr } = await runGateway(['start', ...listen, ...args], { env: wrong });
    assert.notEqual(code, 0);
    assert.equal(stderr.match(/does not belong to the certificate/g)?.length, 1);
  });

  it('keep the gateway from starting where they are no use, and show no key', async () => {
    const on = { KONG_CLIENT_SSL: 'on', KONG_CLIENT_SSL_CERT: client.cert };
    const wrong: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
      [{ [TRUSTED]: join(folder, 'missing.pem') }, /TRUSTED_CERTIFICATE: the file .* \(ENOENT\)/],
      [{ [TRUSTED]: await file('nothing') }, /TRUSTED_CERTIFICATE: it holds no PEM certificate/],
      [{ [TRUSTED]: await file(ca.cert.replace(/\nMII/, '\nAAA')) }, /no certificate can be read/],
      [{ ...on, KONG_CLIENT_SSL_CERT_KEY: 'c2VjcmV0' }, /CERT_KEY: the file .* \(ENOENT\)$/],
      [{ ...on, KONG_CLIENT_SSL_CERT_KEY: ca.key }, /does not belong to the certificate/],
      [{ ...on, KONG_CLIENT_SSL_CERT_KEY: ca.cert }, /no private key can be read/],
    ];
    for (const [variables, message] of wrong) {
      await assert.rejects(
        ask(variables),
        (error) =>
          error instanceof SettingsError &&
          message.test(error.message) &&
          !/c2VjcmV0|PRIVATE/.test(error.message),
        String(message),
      );
    }
  });
});
