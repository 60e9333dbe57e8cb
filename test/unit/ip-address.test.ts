import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AddressSet, type Cidr, parseCidr, parseIp, unmapIp } from '#gateway/ip-address.js';

describe('parseIp', () => {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['1.2.3.4', '1.2.3.4'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['::', '::'],
    ['::ffff:102:304', '::ffff:1.2.3.4'],
    ['', undefined],
    ['1.2.3', undefined],
    ['01.2.3.4', undefined],
    ['999.2.3.4', undefined],
    ['1.2.3.4 ', undefined],
    ['1.2.3.4/32', undefined],
    ['[::1]', undefined],
    ['fe80::1%eth0', undefined],
    ['localhost', undefined],
  ];
  for (const [text, address] of rows) {
    it(`takes "${text}" for ${address}`, () => assert.equal(parseIp(text), address));
  }

  it('finds the IPv4 address in an IPv6 one', () => {
    assert.equal(unmapIp('::ffff:1.2.3.4'), '1.2.3.4');
    for (const address of ['1.2.3.4', '::ffff:0:1', '2001:db8::1', ''])
      assert.equal(unmapIp(address), address);
  });
});

describe('AddressSet', () => {
  const rows: readonly (readonly [block: string, inside: readonly string[], outside: readonly string[]])[] = [
    [
      '10.0.0.0/8',
      ['10.0.0.0', '10.255.255.255', '::ffff:10.1.2.3'],
      ['11.0.0.0', '9.255.255.255', '::a00:1'],
    ],
    ['10.1.2.3/8', ['10.9.9.9'], ['11.1.2.3']],
    ['192.0.2.1', ['192.0.2.1'], ['192.0.2.0', '192.0.2.2']],
    ['0.0.0.0/0', ['0.0.0.0', '255.255.255.255', '::ffff:1.2.3.4'], ['::1']],
    ['::/0', ['::', '2001:db8::1'], ['1.2.3.4', '::ffff:1.2.3.4']],
    ['2001:db8::/33', ['2001:db8:7fff::1'], ['2001:db8:8000::', '2001:db7::']],
    ['fd00::1', ['fd00::1'], ['fd00::2']],
  ];
  for (const [block, inside, outside] of rows) {
    it(`holds what ${block} says`, () => {
      const set = new AddressSet([cidr(block)]);
      for (const address of inside) assert.ok(set.has(address), address);
      for (const address of outside) assert.ok(!set.has(address), address);
    });
  }

  it('holds nothing by default, and what is no address never', () => {
    assert.ok(!new AddressSet([]).has('127.0.0.1'));
    assert.ok(!new AddressSet([cidr('0.0.0.0/0'), cidr('::/0')]).has(''));
  });

  it('refuses what is no block', () => {
    for (const text of [
      '',
      '/8',
      '10.0.0.0/',
      '10.0.0.0/33',
      '::/129',
      '10.0.0.0/-1',
      '10.0.0.0/8/8',
      '10/8',
      'x',
    ])
      assert.equal(parseCidr(text), undefined, text);
  });
});

function cidr(text: string): Cidr {
  const block = parseCidr(text);
  assert.ok(block !== undefined, text);
  return block;
}
