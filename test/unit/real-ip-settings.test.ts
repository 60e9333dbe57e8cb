import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SettingsError } from '#gateway/errors.js';
import { describeSettings, type Environment, type Flags, readSettings } from '#gateway/settings.js';

const FILE: Flags = { config: ['kong.yaml'] };

function refused(flags: Flags, env: Environment, message: RegExp): void {
  assert.throws(
    () => readSettings({ ...FILE, ...flags }, env),
    (error) => error instanceof SettingsError && message.test(error.message),
  );
}

describe('trusted_ips, real_ip_header, real_ip_recursive', () => {
  it('come from variables, and from flags over them', () => {
    const env = {
      KONG_TRUSTED_IPS: '10.0.0.0/8, fd00::/8,192.0.2.1',
      KONG_REAL_IP_HEADER: 'X-Forwarded-For',
      KONG_REAL_IP_RECURSIVE: 'on',
    };
    assert.deepEqual(readSettings(FILE, env).proxy.realIp, {
      trustedIps: ['10.0.0.0/8', 'fd00::/8', '192.0.2.1'],
      header: 'X-Forwarded-For',
      recursive: true,
    });
    const flags = { trustedIps: '::1', realIpHeader: 'CF-Connecting-IP', realIpRecursive: true };
    assert.deepEqual(readSettings({ ...FILE, ...flags }, env).proxy.realIp, {
      trustedIps: ['::1'],
      header: 'CF-Connecting-IP',
      recursive: true,
    });
  });

  it('are told in Kong’s words', () => {
    const { warnings, ...settings } = readSettings(
      { ...FILE, trustedIps: '127.0.0.1', portMaps: '80:8000,443:8443', realIpRecursive: true },
      {},
    );
    const told = describeSettings({ ...settings, warnings });
    assert.deepEqual(warnings, []);
    assert.deepEqual(
      [told['trusted_ips'], told['real_ip_header'], told['real_ip_recursive'], told['port_maps']],
      [['127.0.0.1'], 'X-Real-IP', 'on', ['80:8000', '443:8443']],
    );
  });

  it('are refused where they say nothing that can be used', () => {
    for (const text of ['10.0.0.0/33', 'localhost', '10.0.0.1,', '10.0.0.1 10.0.0.2', 'all'])
      refused({ trustedIps: text }, {}, /^--trusted-ips: ".*" is neither an address nor a block/);
    refused({}, { KONG_TRUSTED_IPS: 'unix:' }, /^KONG_TRUSTED_IPS: "unix:" is not supported/);
    for (const text of ['X Real', 'X-Real-IP:', '"'])
      refused({ realIpHeader: text }, {}, /is no name of a header/);
    refused({}, { KONG_REAL_IP_RECURSIVE: 'yes' }, /^KONG_REAL_IP_RECURSIVE: "yes" is neither on nor off/);
  });

  it('are warned of where they have no effect', () => {
    const warnings = (flags: Flags) => readSettings({ ...FILE, ...flags }, {}).warnings;
    assert.deepEqual(warnings({ realIpHeader: 'X-Forwarded-For' }), [
      '--real-ip-header has no effect: trusted_ips names nobody to believe',
    ]);
    const proxied = { trustedIps: '10.0.0.0/8', realIpHeader: 'proxy_protocol' };
    assert.match(warnings(proxied).join(), /no listener of proxy_listen has the flag proxy_protocol$/);
    assert.deepEqual(warnings({ ...proxied, proxyListen: '127.0.0.1:1 proxy_protocol' }), []);
  });
});

describe('port_maps', () => {
  it('tell the port that clients reach', () => {
    assert.deepEqual(readSettings({ ...FILE, portMaps: '80:8000, 443:08443' }, {}).proxy.portMaps, {
      8000: 80,
      8443: 443,
    });
    assert.deepEqual(readSettings(FILE, { KONG_PORT_MAPS: '80:8000' }).proxy.portMaps, { 8000: 80 });
  });

  it('are refused where they map no port to another, or one twice', () => {
    for (const text of ['8000', '80:', ':8000', '0:8000', '80:65536', '80:8000:1', '80:8000,', 'http:8000'])
      refused({ portMaps: text }, {}, /^--port-maps: ".*" maps no port to another: write "80:8000/);
    refused({}, { KONG_PORT_MAPS: '80:8000,81:8000' }, /^KONG_PORT_MAPS: port 8000 is mapped twice/);
  });
});
