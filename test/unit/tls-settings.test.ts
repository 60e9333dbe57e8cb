import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SettingsError } from '#gateway/errors.js';
import { readTls } from '#gateway/tls-settings.js';

type Variables = Readonly<Record<string, string>>;

function read(variables: Variables, warnings: string[] = []) {
  return readTls({}, (name) => variables[name], warnings);
}

describe('the settings of TLS', () => {
  it('are TLS 1.2 and 1.3, tickets for a day, and no certificates unless said otherwise', () => {
    const { protocol, ...sources } = read({});
    assert.deepEqual(sources, { proxy: [], admin: [], status: [] });
    const { ciphers, ...rest } = protocol;
    assert.deepEqual(rest, {
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
      preferServerCiphers: false,
      sessionTickets: true,
      sessionTimeout: 86_400,
    });
    assert.match(ciphers, /^(ECDHE-[A-Z0-9-]+(GCM-SHA\d+|POLY1305):?)+$/);
  });

  it('name a suite, or its parts with custom only', () => {
    assert.equal(read({ KONG_SSL_CIPHER_SUITE: 'modern' }).protocol.minVersion, 'TLSv1.3');
    assert.equal(read({ KONG_SSL_CIPHER_SUITE: 'old' }).protocol.minVersion, 'TLSv1');
    const warnings: string[] = [];
    const parts = { KONG_SSL_PROTOCOLS: 'TLSv1.3', KONG_SSL_CIPHERS: 'AES128-SHA' };
    assert.equal(read(parts, warnings).protocol.minVersion, 'TLSv1.2');
    assert.equal(warnings.length, 2);
    const { protocol } = read({ ...parts, KONG_SSL_CIPHER_SUITE: 'custom' }, warnings);
    assert.deepEqual(
      [protocol.minVersion, protocol.maxVersion, protocol.ciphers, protocol.preferServerCiphers],
      ['TLSv1.3', 'TLSv1.3', 'AES128-SHA', true],
    );
    assert.equal(warnings.length, 2);
  });

  it('pair certificates with their keys', () => {
    const { proxy, admin } = read({
      KONG_SSL_CERT: 'a.pem, b.pem',
      KONG_SSL_CERT_KEY: 'a.key, b.key',
      KONG_ADMIN_SSL_CERT: 'c.pem',
      KONG_ADMIN_SSL_CERT_KEY: 'c.key',
    });
    assert.deepEqual(
      [...proxy, ...admin].map(({ cert, key }) => `${cert} ${key}`),
      ['a.pem a.key', 'b.pem b.key', 'c.pem c.key'],
    );
    const flags = { sslCert: 'f.pem', sslCertKey: 'f.key' };
    const [pair] = readTls(flags, (name) => (name.startsWith('KONG_SSL_CERT') ? 'x' : undefined), []).proxy;
    assert.deepEqual(pair, { cert: 'f.pem', key: 'f.key', from: ['--ssl-cert', '--ssl-cert-key'] });
  });

  const times: readonly (readonly [string, number])[] = [
    ['300', 300],
    ['10m', 600],
    ['1h 30m', 5400],
    ['7d', 604_800],
  ];
  for (const [text, seconds] of times) {
    it(`read ${text} as ${seconds} seconds`, () => {
      assert.equal(read({ KONG_SSL_SESSION_TIMEOUT: text }).protocol.sessionTimeout, seconds);
    });
  }

  const unusable: readonly (readonly [Variables, RegExp])[] = [
    [{ KONG_SSL_CIPHER_SUITE: 'fips' }, /KONG_SSL_CIPHER_SUITE: "fips"/],
    [{ KONG_SSL_CERT: 'a.pem' }, /KONG_SSL_CERT names 1 and KONG_SSL_CERT_KEY 0/],
    [{ KONG_SSL_SESSION_TIMEOUT: 'soon' }, /KONG_SSL_SESSION_TIMEOUT: "soon"/],
    [{ KONG_SSL_SESSION_TIMEOUT: '8d' }, /from 1s to 7d/],
    [{ KONG_SSL_SESSION_TICKETS: 'maybe' }, /neither on nor off/],
    [{ KONG_SSL_CIPHER_SUITE: 'custom', KONG_SSL_PROTOCOLS: 'SSLv3' }, /KONG_SSL_PROTOCOLS/],
    [{ KONG_SSL_CIPHER_SUITE: 'custom', KONG_SSL_PROTOCOLS: 'TLSv1 TLSv1.3' }, /is missing/],
  ];
  for (const [variables, message] of unusable) {
    it(`refuse ${JSON.stringify(variables)}`, () => {
      assert.throws(
        () => read(variables),
        (error) => error instanceof SettingsError && message.test(error.message),
      );
    });
  }
});
