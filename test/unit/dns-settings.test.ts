import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_DNS_SETTINGS, describeDnsSettings, readDnsSettings } from '#gateway/dns-settings.js';
import { SettingsError } from '#gateway/errors.js';
import { readSettings } from '#gateway/settings.js';

type Variables = Readonly<Record<string, string>>;

function read(variables: Variables) {
  return readDnsSettings((name) => variables[name]);
}

describe('readDnsSettings', () => {
  it('reads what is set', () => {
    const settings = read({
      KONG_DNS_RESOLVER: '10.0.0.2, 10.0.0.3:5353, [fd00::2]:54, [fd00::3], fd00::4',
      KONG_DNS_HOSTSFILE: '/etc/other',
      KONG_DNS_ORDER: 'last, a,AAAA',
      KONG_DNS_VALID_TTL: '0.5',
      KONG_DNS_STALE_TTL: '4',
      KONG_DNS_NOT_FOUND_TTL: '10',
      KONG_DNS_ERROR_TTL: '2',
      KONG_DNS_CACHE_SIZE: '5',
    });
    assert.deepEqual(settings, {
      resolver: [
        { host: '10.0.0.2', port: 53 },
        { host: '10.0.0.3', port: 5353 },
        { host: 'fd00::2', port: 54 },
        { host: 'fd00::3', port: 53 },
        { host: 'fd00::4', port: 53 },
      ],
      hostsFile: '/etc/other',
      order: ['LAST', 'A', 'AAAA'],
      validTtl: 500,
      staleTtl: 4_000,
      notFoundTtl: 10_000,
      errorTtl: 2_000,
      cacheSize: 5,
    });
    assert.deepEqual(describeDnsSettings(settings)['dns_resolver'], [
      '10.0.0.2:53',
      '10.0.0.3:5353',
      '[fd00::2]:54',
      '[fd00::3]:53',
      '[fd00::4]:53',
    ]);
  });

  it("has Kong's defaults, and shows them in Kong's units", () => {
    assert.deepEqual(describeDnsSettings(read({})), {
      dns_resolver: [],
      dns_hostsfile: '/etc/hosts',
      dns_order: ['LAST', 'SRV', 'A', 'CNAME'],
      dns_valid_ttl: null,
      dns_stale_ttl: 3600,
      dns_not_found_ttl: 30,
      dns_error_ttl: 1,
      dns_cache_size: 10_000,
    });
  });

  it('refuses what cannot be used, naming the variable', () => {
    const wrong: Variables = {
      KONG_DNS_RESOLVER: 'dns.test',
      KONG_DNS_ORDER: 'A,MX',
      KONG_DNS_VALID_TTL: '-1',
      KONG_DNS_STALE_TTL: '1h',
      KONG_DNS_CACHE_SIZE: '0',
    };
    for (const [name, value] of Object.entries(wrong)) {
      const refused = (error: unknown) =>
        error instanceof SettingsError && error.message.startsWith(`${name}: `);
      assert.throws(() => read({ [name]: value }), refused, name);
    }
    for (const value of ['10.0.0.1:0', '10.0.0.1:70000', '10.0.0.1,', '[10.0.0.1]']) {
      assert.throws(() => read({ KONG_DNS_RESOLVER: value }), SettingsError, value);
    }
    assert.throws(() => read({ KONG_DNS_ORDER: 'LAST,SRV,CNAME' }), /never asks for an address/);
  });

  it('is part of the settings', () => {
    const settings = readSettings({ config: ['kong.yaml'] }, { KONG_DNS_ERROR_TTL: '3' });
    assert.deepEqual(settings.dns, { ...DEFAULT_DNS_SETTINGS, errorTtl: 3_000 });
    assert.deepEqual(settings.warnings, []);
  });
});
