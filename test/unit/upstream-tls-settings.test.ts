import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SettingsError } from '#gateway/errors.js';
import { describeSettings, readSettings } from '#gateway/settings.js';

function settings(variables: Readonly<Record<string, string>>) {
  return readSettings({ config: ['kong.yaml'] }, variables);
}

function refused(variables: Readonly<Record<string, string>>, message: RegExp): void {
  assert.throws(
    () => settings(variables),
    (error) => error instanceof SettingsError && message.test(error.message),
  );
}

const SHOWN = { KONG_CLIENT_SSL_CERT: 'c.pem', KONG_CLIENT_SSL_CERT_KEY: 'k.pem' };

describe('the settings for https services', () => {
  it('are taken from Kong’s variables', () => {
    const { upstreamTls, warnings } = settings({
      KONG_NGINX_PROXY_PROXY_SSL_VERIFY: 'on',
      KONG_NGINX_PROXY_PROXY_SSL_VERIFY_DEPTH: '3',
      KONG_NGINX_PROXY_PROXY_SSL_TRUSTED_CERTIFICATE: '/etc/ssl/ca.pem',
      KONG_CLIENT_SSL: 'on',
      ...SHOWN,
    });
    assert.deepEqual(upstreamTls, {
      verify: true,
      verifyDepth: 3,
      trustedCertificate: '/etc/ssl/ca.pem',
      clientCertificate: { certificate: 'c.pem', key: 'k.pem' },
    });
    assert.deepEqual(warnings, []);
  });

  it('are refused where they cannot be used', () => {
    refused({ KONG_NGINX_PROXY_PROXY_SSL_VERIFY: 'yes' }, /PROXY_SSL_VERIFY: "yes" is neither on nor off/);
    for (const depth of ['-1', '65', '1.5', 'two'])
      refused({ KONG_NGINX_PROXY_PROXY_SSL_VERIFY_DEPTH: depth }, /a number from 0 to 64/);
    const { KONG_CLIENT_SSL_CERT: certificate } = SHOWN;
    refused({ KONG_CLIENT_SSL: 'on' }, /set KONG_CLIENT_SSL_CERT too/);
    refused({ KONG_CLIENT_SSL: 'on', KONG_CLIENT_SSL_CERT: certificate }, /set KONG_CLIENT_SSL_CERT_KEY too/);
  });

  it('warn of a certificate that is not shown', () => {
    const { upstreamTls, warnings } = settings(SHOWN);
    assert.equal(upstreamTls.clientCertificate, undefined);
    assert.deepEqual(warnings, [
      'KONG_CLIENT_SSL_CERT and its key have no effect: KONG_CLIENT_SSL is not on',
    ]);
  });

  it('are described without the key', () => {
    const key = '-----BEGIN PRIVATE KEY-----';
    const described = describeSettings(
      settings({ KONG_CLIENT_SSL: 'on', ...SHOWN, KONG_CLIENT_SSL_CERT_KEY: key }),
    );
    assert.equal(described['client_ssl'], true);
    assert.doesNotMatch(JSON.stringify(described), /PRIVATE/);
  });
});
