import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressesOfHost, parseHosts } from '#gateway/dns/hosts.js';
import { addressIn, candidates, isName } from '#gateway/dns/name.js';
import { parseResolvConf } from '#gateway/dns/resolv-conf.js';

describe('parseHosts', () => {
  it('keeps the first address of each type, and passes over what it does not understand', () => {
    const hosts = parseHosts(
      '# names\n10.0.0.1\tDB.test db # the database\r\n10.0.0.2 db\nfd00::1 db\nnonsense db\n10.0.0.3\n\n',
    );
    assert.deepEqual(addressesOfHost(hosts, 'db'), { A: '10.0.0.1', AAAA: 'fd00::1' });
    assert.deepEqual(addressesOfHost(hosts, 'db.test.'), { A: '10.0.0.1' });
    assert.deepEqual(addressesOfHost(hosts, 'other'), {});
  });

  it('knows localhost and what is below it, unless the file says otherwise', () => {
    const loopback = { A: '127.0.0.1', AAAA: '::1' };
    assert.deepEqual(addressesOfHost(parseHosts(''), 'localhost'), loopback);
    assert.deepEqual(addressesOfHost(parseHosts(''), 'a.localhost.'), loopback);
    assert.deepEqual(addressesOfHost(parseHosts('127.0.0.2 localhost'), 'localhost'), { A: '127.0.0.2' });
  });
});

describe('parseResolvConf', () => {
  it('reads nameservers, domains and options', () => {
    const text = [
      '; comment',
      'nameserver 10.0.0.53',
      'nameserver fd00::53 # second',
      'nameserver not-an-address',
      'domain old.test',
      'search Ns.svc.test. . svc.test',
      'options ndots:5 timeout:3 attempts:4 rotate edns0',
      'sortlist 10.0.0.0',
    ].join('\n');
    assert.deepEqual(parseResolvConf(text, {}), {
      nameservers: [
        { host: '10.0.0.53', port: 53 },
        { host: 'fd00::53', port: 53 },
      ],
      search: ['ns.svc.test', 'svc.test'],
      ndots: 5,
      timeout: 3_000,
      attempts: 4,
      rotate: true,
    });
  });

  it('has defaults, and limits', () => {
    assert.deepEqual(parseResolvConf('options timeout:0 attempts:0 ndots:x', {}), {
      nameservers: [{ host: '127.0.0.1', port: 53 }],
      search: [],
      ndots: 1,
      timeout: 2_000,
      attempts: 2,
      rotate: false,
    });
    const many = parseResolvConf(
      'options timeout:99 attempts:99 ndots:99\n'.concat('nameserver 10.0.0.1\n'.repeat(9)),
      {},
    );
    assert.deepEqual([many.timeout, many.attempts, many.ndots, many.nameservers.length], [30_000, 5, 15, 3]);
  });

  it('is overridden by LOCALDOMAIN and RES_OPTIONS', () => {
    const env = { LOCALDOMAIN: 'one.test two.test', RES_OPTIONS: 'ndots:3 rotate' };
    const { search, ndots, rotate } = parseResolvConf('search other.test\noptions ndots:2', env);
    assert.deepEqual({ search, ndots, rotate }, { search: ['one.test', 'two.test'], ndots: 3, rotate: true });
  });
});

describe('names', () => {
  it('go to the domains first or last, by their dots', () => {
    const rules = { search: ['x.test', 'test'], ndots: 2 };
    assert.deepEqual(candidates('a.b', rules), ['a.b.x.test', 'a.b.test', 'a.b']);
    assert.deepEqual(candidates('a.b.c', rules), ['a.b.c', 'a.b.c.x.test', 'a.b.c.test']);
    assert.deepEqual(candidates('a.', rules), ['a']);
  });

  it('are told from addresses, and from what is neither', () => {
    assert.equal(addressIn('[::1]'), '::1');
    assert.equal(addressIn('a.test'), undefined);
    for (const name of ['a', '_http._tcp.a.test', 'a.test.', `${'a'.repeat(63)}.test`])
      assert.ok(isName(name), name);
    const wrong = [
      '',
      '.',
      'a..b',
      '.a',
      '10.0.0',
      '999.1.1.1',
      'a b',
      'ä.test',
      `${'a'.repeat(64)}.test`,
      'a.'.repeat(128),
    ];
    for (const name of wrong) assert.ok(!isName(name), name);
  });
});
