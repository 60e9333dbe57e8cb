import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConsistentHashing } from '#gateway/balancer/consistent-hashing.js';
import { type HashKey, type HashRequest, hashKeyReader } from '#gateway/balancer/hash-key.js';
import { normalizeRequestPath } from '#gateway/uri.js';
import { recording } from '../../helpers/tally.js';
import { peersOf, upstreamOf } from './peers.js';

const REQUEST: HashRequest = {
  clientAddress: '10.1.0.1',
  rawHeaders: ['Host', 'gw.test'],
  path: '/r',
  query: '',
  captures: undefined,
  consumerId: undefined,
};

const UUID = '0f8fad5b-d9cb-469f-a165-70867728950e';

function read(upstream: Readonly<Record<string, unknown>>, request: Partial<HashRequest> = {}): HashKey {
  return hashKeyReader(upstreamOf(upstream), () => UUID)({ ...REQUEST, ...request });
}

function keyOf(
  upstream: Readonly<Record<string, unknown>>,
  request: Partial<HashRequest> = {},
): string | undefined {
  return read(upstream, request).key;
}

describe('what is hashed', () => {
  it('is nothing where nothing is asked for', () => {
    assert.deepEqual(read({}), { key: undefined, setCookie: undefined });
  });

  it('is the client address', () => assert.equal(keyOf({ hash_on: 'ip' }), '10.1.0.1'));

  it('is the consumer', () => {
    assert.equal(keyOf({ hash_on: 'consumer' }, { consumerId: UUID }), UUID);
    assert.equal(keyOf({ hash_on: 'consumer' }), undefined);
  });

  it('is a header, in any case, with dashes and with underscores', () => {
    const sent = { rawHeaders: ['Host', 'gw.test', 'X-Hash', 'k'] };
    for (const hash_on_header of ['X-Hash', 'x-hash', 'x_hash'])
      assert.equal(keyOf({ hash_on: 'header', hash_on_header }, sent), 'k');
    assert.equal(keyOf({ hash_on: 'header', hash_on_header: 'xhash' }, sent), undefined);
  });

  it('is all lines of a header, and an empty one', () => {
    const upstream = { hash_on: 'header', hash_on_header: 'x', hash_fallback: 'ip' };
    assert.equal(keyOf(upstream, { rawHeaders: ['X', '1st', 'Y', '-', 'x', '2nd'] }), '1st, 2nd');
    assert.equal(keyOf(upstream, { rawHeaders: ['X', ''] }), '');
    assert.equal(keyOf(upstream), '10.1.0.1');
  });

  const paths = recording<readonly { readonly name: string; readonly exchanges: readonly unknown[] }[]>(
    'data-plane',
    '01-balancing.json',
  ).find(({ name }) => name === 'consistent-hashing on path')?.exchanges[2];
  it('is the path as nginx decodes it: every request ends where it was recorded', () => {
    assert.ok(typeof paths === 'object' && paths !== null && 'data' in paths);
    const map: unknown = paths.data;
    assert.ok(typeof map === 'object' && map !== null);
    const balancer = new ConsistentHashing(peersOf(100, 100, 100, 100), 4, 10_000);
    const ours = Object.keys(map).map((target) => {
      const path = normalizeRequestPath(target.replace(/\?.*/, '')) ?? '';
      return [target, balancer.pick(keyOf({ hash_on: 'path' }, { path }), [])?.port];
    });
    assert.deepEqual(Object.fromEntries(ours), map);
  });

  it('is the bytes of a path', () => {
    const path = normalizeRequestPath('/%C3%BC%21%2f') ?? '';
    assert.equal(keyOf({ hash_on: 'path' }, { path }), '/\xc3\xbc!/');
  });

  it('is what a named group caught', () => {
    const captures = { id: 'ü', 1: 'one' };
    assert.equal(keyOf({ hash_on: 'uri_capture', hash_on_uri_capture: 'id' }, { captures }), '\xc3\xbc');
    assert.equal(keyOf({ hash_on: 'uri_capture', hash_on_uri_capture: '1' }, { captures }), undefined);
    const inherited = { hash_on: 'uri_capture', hash_on_uri_capture: 'constructor' };
    assert.equal(keyOf(inherited, { captures }), undefined);
    assert.equal(keyOf(inherited), undefined);
  });
});

describe('a query argument as a key', () => {
  const cases: readonly (readonly [query: string, name: string, key: string | undefined])[] = [
    ['a=1&k=x', 'k', 'x'],
    ['a=1', 'k', undefined],
    ['', 'k', undefined],
    ['k', 'k', 'true'],
    ['k=', 'k', ''],
    ['k=b&k=a&k=c', 'k', 'a,b,c'],
    ['k=s&k&k=1&k=', 'k', ',1,s,true'],
    ['k&k&', 'k', 'true,true'],
    ['k=a%20b+c%zz%', 'k', 'a b c%zz%'],
    ['%6B=x', 'k', 'x'],
    ['k=%C3%BC', 'k', '\xc3\xbc'],
    ['%C3%BC=1', 'ü', '1'],
    ['K=x', 'k', undefined],
    [`${'a=1&'.repeat(99)}k=x`, 'k', 'x'],
    [`${'a=1&'.repeat(100)}k=x`, 'k', undefined],
  ];
  for (const [query, name, key] of cases) {
    it(`${name} of ${query.slice(0, 30)} (${query.length} bytes)`, () => {
      assert.equal(keyOf({ hash_on: 'query_arg', hash_on_query_arg: name }, { query }), key);
    });
  }
});

describe('a cookie as a key', () => {
  const upstream = { hash_on: 'cookie', hash_on_cookie: 'sid', hash_on_cookie_path: '/shop' };
  const cases: readonly (readonly [cookies: readonly string[], key: string])[] = [
    [['sid=1'], '1'],
    [['a=2; sid=1; b=3'], '1'],
    [['a=2,sid=1'], '1'],
    [['SID=1'], '1'],
    [['sid = 1'], '1'],
    [['a=2', 'sid=1', 'sid=9'], '1'],
    [['sid=a,b; c=d'], 'a,b'],
    [['sid='], ''],
  ];
  for (const [cookies, key] of cases) {
    it(`is found in ${cookies.join(' | ')}`, () => {
      const rawHeaders = cookies.flatMap((cookie) => ['Cookie', cookie]);
      assert.deepEqual(read(upstream, { rawHeaders }), { key, setCookie: undefined });
    });
  }

  for (const cookie of ['', 'xsid=1', 'sidx=1', 'a="sid=1"', 'sid']) {
    it(`is made where the request has ${cookie === '' ? 'none' : cookie}`, () => {
      const rawHeaders = cookie === '' ? [] : ['Cookie', cookie];
      assert.deepEqual(read(upstream, { rawHeaders }), {
        key: UUID,
        setCookie: `sid=${UUID}; Path=/shop; Same-Site=Lax; HttpOnly`,
      });
    });
  }

  it('is made as a fallback, too', () => {
    const fallback = {
      ...{ hash_on: 'header', hash_on_header: 'x', hash_fallback: 'cookie', hash_on_cookie: 'a.b' },
    };
    assert.equal(read(fallback).setCookie, `a.b=${UUID}; Path=/; Same-Site=Lax; HttpOnly`);
    assert.deepEqual(read(fallback, { rawHeaders: ['X', 'k'] }), { key: 'k', setCookie: undefined });
    assert.equal(read(fallback, { rawHeaders: ['Cookie', 'axb=1'] }).key, UUID);
    assert.equal(read(fallback, { rawHeaders: ['Cookie', 'a.b=1'] }).key, '1');
  });
});
