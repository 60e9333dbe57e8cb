import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildPeers, type NamedAddress, targetNames } from '#gateway/balancer/build-peers.js';
import { PeerStates } from '#gateway/balancer/peer-states.js';
import type { Target } from '#gateway/config/entities.js';
import { loadConfig } from '#gateway/config/load.js';

function targetsOf(...targets: readonly Readonly<Record<string, unknown>>[]): readonly Target[] {
  const upstreams = [{ name: 'u.up', targets }];
  return loadConfig({ file: 'test.json', text: JSON.stringify({ _format_version: '3.0', upstreams }) })
    .targets;
}

function build(
  targets: readonly Target[],
  addresses: Readonly<Record<string, readonly NamedAddress[]>> = {},
  use_srv_name = false,
): readonly string[] {
  const known = new Map(Object.entries(addresses));
  return buildPeers({ name: 'u.up', use_srv_name }, targets, known, new PeerStates()).map(
    ({ address, port, hostname, target, weight }) => `${address} ${port} ${hostname} ${target} ${weight}`,
  );
}

describe('buildPeers', () => {
  it('takes addresses as they are, IPv6 in full', () => {
    const targets = targetsOf(
      { target: '10.0.0.1' },
      { target: '127.0.0.1:031101', weight: 7 },
      { target: '[2001:DB8::1]:81' },
    );
    const ipv6 = '2001:0db8:0000:0000:0000:0000:0000:0001';
    assert.deepEqual(build(targets), [
      '10.0.0.1 8000 10.0.0.1 10.0.0.1:8000 100',
      '127.0.0.1 31101 127.0.0.1 127.0.0.1:31101 7',
      `${ipv6} 81 [${ipv6}] [${ipv6}]:81 100`,
    ]);
    assert.deepEqual(targetNames(targets), []);
  });

  it('gives every address of a name the weight of its target', () => {
    const targets = targetsOf({ target: 'a.test:80', weight: 5 }, { target: 'nope.test' });
    assert.deepEqual(targetNames(targets), ['a.test', 'nope.test']);
    assert.deepEqual(build(targets, { 'a.test': [{ address: '10.0.0.1' }, { address: '10.0.0.2' }] }), [
      '10.0.0.1 80 a.test a.test:80 5',
      '10.0.0.2 80 a.test a.test:80 5',
    ]);
  });

  it('takes port and weight of SRV records, and their names where asked to', () => {
    const targets = targetsOf({ target: 'srv.test:80' });
    const addresses = {
      'srv.test': [
        { address: '10.0.0.1', port: 9001, weight: 20, name: 'one.test' },
        { address: '10.0.0.2', port: 0, weight: 0, name: 'two.test' },
      ],
    };
    assert.deepEqual(build(targets, addresses), [
      '10.0.0.1 9001 srv.test srv.test:80 20',
      '10.0.0.2 80 srv.test srv.test:80 1',
    ]);
    assert.deepEqual(build(targets, addresses, true), [
      '10.0.0.1 9001 one.test srv.test:80 20',
      '10.0.0.2 80 two.test srv.test:80 1',
    ]);
  });

  it('keeps a target of weight 0 out, whatever its records say', () => {
    const targets = targetsOf({ target: 'srv.test:80', weight: 0 });
    const records = { 'srv.test': [{ address: '10.0.0.1', port: 9001, weight: 20 }] };
    assert.deepEqual(build(targets, records), ['10.0.0.1 9001 srv.test srv.test:80 0']);
  });

  it('finds the state of an address again', () => {
    const states = new PeerStates();
    const targets = targetsOf({ target: '10.0.0.1:80' });
    const [first] = buildPeers({ name: 'u.up', use_srv_name: false }, targets, new Map(), states);
    const [again] = buildPeers({ name: 'u.up', use_srv_name: false }, targets, new Map(), states);
    const [other] = buildPeers({ name: 'v.up', use_srv_name: false }, targets, new Map(), states);
    assert.ok(first !== undefined && first.state === again?.state);
    assert.notEqual(other?.state, first.state);
  });
});
