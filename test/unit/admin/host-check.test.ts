import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isLocalHost, isLoopback } from '#gateway/admin/host-check.js';

describe('isLocalHost', () => {
  const cases: readonly (readonly [string, boolean])[] = [
    ['localhost', true],
    ['localhost:8001', true],
    ['LOCALHOST.:8001', true],
    ['kong', true],
    ['', true],
    ['127.0.0.1:8001', true],
    ['10.1.2.3', true],
    ['[::1]:8001', true],
    ['app.localhost', true],
    ['printer.local:1', true],
    ['gateway.default.svc.cluster.local', true],
    ['gateway.default.svc', true],
    ['evil.example', false],
    ['evil.example:8001', false],
    ['127.0.0.1.evil.example', false],
    ['localhost.evil.example', false],
    ['notlocal', true],
    ['not.evillocal', false],
    ['[::1].evil.example', false],
    ['admin.example.com', true],
    ['Admin.Example.com:8001', true],
    ['x.admin.example.com', false],
  ];
  for (const [host, expected] of cases) {
    it(`${expected ? 'lets' : 'refuses'} '${host}'`, () => {
      assert.equal(isLocalHost(host, ['admin.example.com']), expected);
    });
  }
});

describe('isLoopback', () => {
  for (const [address, expected] of [
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['10.0.0.1', false],
    ['::ffff:10.127.0.1', false],
    ['fe80::1', false],
    [undefined, false],
  ] as const) {
    it(`${address} is ${expected ? '' : 'not '}loopback`, () => {
      assert.equal(isLoopback(address), expected);
    });
  }
});
