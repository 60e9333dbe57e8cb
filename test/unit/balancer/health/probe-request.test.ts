import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { probeRequest } from '#gateway/balancer/health/probe-request.js';
import { checkedUpstream } from '../../../helpers/health.js';

const named = { address: '192.0.2.1', port: 8443, hostname: 'api.test' };

function request(active: object, fields: object = {}, target = named) {
  return probeRequest(checkedUpstream({ active }, fields), target);
}

describe('a probe', () => {
  for (const [type, asks, secure] of [
    ['http', true, false],
    ['https', true, true],
    ['tcp', false, false],
    ['grpc', false, false],
    ['grpcs', false, true],
  ] as const) {
    it(`of type ${type} ${asks ? 'asks for http_path' : 'only connects'}${secure ? ' over TLS' : ''}`, () => {
      const { head, tls } = request({ type, http_path: '/up' });
      assert.equal(head, asks ? 'GET /up HTTP/1.0\r\nHost: api.test\r\n\r\n' : undefined);
      assert.equal(tls !== undefined, secure);
      assert.deepEqual(tls?.protocols, secure ? (type === 'grpcs' ? ['h2'] : []) : undefined);
    });
  }

  it('sends one Host: that of headers, whatever its case, before host_header and the name', () => {
    const heads = [
      request({ headers: { 'X-A': ['1'], hOST: ['own.test'] } }, { host_header: 'hh.test' }),
      request({ headers: { 'X-A': ['1'] } }, { host_header: 'hh.test:81' }),
    ].map(({ head }) => head);
    assert.deepEqual(heads, [
      'GET / HTTP/1.0\r\nX-A: 1\r\nhOST: own.test\r\n\r\n',
      'GET / HTTP/1.0\r\nX-A: 1\r\nHost: hh.test:81\r\n\r\n',
    ]);
  });

  it('writes an IPv6 address in brackets', () => {
    const { head, address } = request({}, {}, { address: '2001:db8::1', port: 80, hostname: '2001:db8::1' });
    assert.equal(address, '2001:db8::1');
    assert.match(head ?? '', /^Host: \[2001:db8::1\]\r$/m);
  });

  it('does not let a value of a header end its line', () => {
    const { head } = request({ headers: { 'X-A': ['1\r\nX-B: 2\n\nrest\0'] } });
    assert.match(head ?? '', /^X-A: 1 {2}X-B: 2 {2}rest \r$/m);
  });

  for (const [what, active, fields, hostname, servername, identity] of [
    [
      'https_sni before all',
      { https_sni: 'sni.test' },
      { host_header: 'hh.test' },
      'api.test',
      'sni.test',
      'sni.test',
    ],
    ['host_header without its port', {}, { host_header: 'hh.test:99' }, 'api.test', 'hh.test', 'hh.test'],
    ['the name of the target', {}, {}, 'api.test', 'api.test', 'api.test'],
    ['a name without the dot at its end', {}, {}, 'api.test.', 'api.test', 'api.test'],
    ['nothing for an IPv4 target', {}, {}, '192.0.2.1', undefined, '192.0.2.1'],
    ['nothing for an IPv6 target', {}, {}, '[2001:db8::1]', undefined, '2001:db8::1'],
    [
      'nothing for an IP address in host_header',
      {},
      { host_header: '192.0.2.9:99' },
      'api.test',
      undefined,
      '192.0.2.9',
    ],
    [
      'nothing for a bare IPv6 address in host_header',
      {},
      { host_header: '::1' },
      'api.test',
      undefined,
      '::1',
    ],
  ] as const) {
    it(`says as server name ${what}`, () => {
      const { tls } = request({ type: 'https', ...active }, fields, { ...named, hostname });
      assert.equal(tls?.servername, servername);
      assert.equal(tls?.identity, identity);
      assert.equal(tls?.verify, true);
    });
  }

  it('checks no certificate where https_verify_certificate is off', () => {
    assert.equal(request({ type: 'https', https_verify_certificate: false }).tls?.verify, false);
  });

  it('has its timeout in milliseconds, and a limit even for 0', () => {
    assert.equal(request({ timeout: 0.25 }).timeout, 250);
    assert.equal(request({ timeout: 0 }).timeout, 60_000);
  });
});
