import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ClientPeer } from '#gateway/proxy/client-stream.js';
import { RealIp } from '#gateway/proxy/real-ip.js';
import { NOBODY_TRUSTED, type RealIpSettings } from '#gateway/real-ip-settings.js';

const PEER: ClientPeer = {
  address: '10.0.0.9',
  port: 8000,
  scheme: 'http',
  sni: undefined,
  trusted: true,
  proxied: undefined,
};

function client(
  settings: Partial<RealIpSettings>,
  rawHeaders: readonly string[],
  peer: Partial<ClientPeer> = {},
): string {
  const realIp = new RealIp({ ...NOBODY_TRUSTED, trustedIps: ['10.0.0.0/8'], ...settings });
  return realIp.clientOf({ ...PEER, ...peer }, rawHeaders);
}

describe('RealIp', () => {
  it('believes nobody who is not trusted', () => {
    assert.equal(client({}, ['X-Real-IP', '1.2.3.4'], { trusted: false }), '10.0.0.9');
    assert.ok(!new RealIp(NOBODY_TRUSTED).trusts('127.0.0.1'));
    assert.ok(new RealIp({ ...NOBODY_TRUSTED, trustedIps: ['10.0.0.0/8'] }).trusts('10.0.0.9'));
  });

  it('takes the first line of a header, whatever its case', () => {
    assert.equal(client({}, ['x-real-ip', '1.2.3.4', 'X-Real-IP', '5.6.7.8']), '1.2.3.4');
    assert.equal(client({ header: 'cf-Connecting-ip' }, ['CF-Connecting-IP', '1.2.3.4']), '1.2.3.4');
    assert.equal(client({}, ['X-Forwarded-For', '1.2.3.4']), '10.0.0.9');
  });

  it('takes the last line of X-Forwarded-For', () => {
    const lines = ['X-Forwarded-For', '1.2.3.4', 'Accept', '*/*', 'x-forwarded-for', '5.6.7.8'];
    assert.equal(client({ header: 'x-forwarded-for' }, lines), '5.6.7.8');
  });

  it('walks over trusted addresses, through all lines, if told so', () => {
    const lines = ['X-Forwarded-For', '9.9.9.9, 1.2.3.4', 'X-Forwarded-For', '10.1.1.1,\t::ffff:10.2.2.2'];
    const header = 'X-Forwarded-For';
    assert.equal(client({ header, recursive: true }, lines), '1.2.3.4');
    assert.equal(client({ header, recursive: false }, lines), '::ffff:10.2.2.2');
    assert.equal(client({ header, recursive: true }, [header, '10.0.0.1, 10.0.0.2']), '10.0.0.1');
    assert.equal(client({ header, recursive: true }, [header, '1.2.3.4, x, 10.0.0.2']), '10.0.0.2');
    assert.equal(client({ header, recursive: true }, [header, '1.2.3.4', header, ' , ']), '10.0.0.9');
  });

  const elements: readonly (readonly [string, string])[] = [
    ['1.2.3.4:80', '1.2.3.4'],
    ['[2001:DB8::1]:80', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['[2001:db8::1]', '10.0.0.9'],
    ['[1.2.3.4]:80', '10.0.0.9'],
    ['1.2.3.4:0', '10.0.0.9'],
    ['1.2.3.4:65536', '10.0.0.9'],
    ['1.2.3.4:x', '10.0.0.9'],
    ['fe80::1%eth0', '10.0.0.9'],
    ['', '10.0.0.9'],
  ];
  for (const [text, address] of elements) {
    it(`reads "${text}" as ${address}`, () => assert.equal(client({}, ['X-Real-IP', text]), address));
  }

  it('takes what the PROXY protocol said, and only if told so', () => {
    const proxied = { proxied: '1.2.3.4' };
    assert.equal(client({ header: 'proxy_protocol' }, ['X-Real-IP', '5.6.7.8'], proxied), '1.2.3.4');
    assert.equal(client({ header: 'proxy_protocol' }, ['X-Real-IP', '5.6.7.8']), '10.0.0.9');
    assert.equal(client({ header: 'proxy_protocol' }, [], { ...proxied, trusted: false }), '10.0.0.9');
    assert.equal(client({}, [], proxied), '10.0.0.9');
  });
});
