import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConsistentHashing } from '#gateway/balancer/consistent-hashing.js';
import type { Peer } from '#gateway/balancer/peer.js';
import { recording } from '../../helpers/tally.js';
import { balancerCases } from './balancer-cases.js';
import { count, peerAt, peersOf } from './peers.js';

interface Scenario {
  readonly name: string;
  readonly config: {
    readonly upstreams?: readonly {
      readonly slots?: number;
      readonly hash_on?: string;
      readonly targets: readonly { readonly target: string; readonly weight?: number }[];
    }[];
  };
  readonly exchanges: readonly { readonly what: string; readonly data?: unknown }[];
}

const KEYS = Array.from({ length: 20_000 }, (_, index) => `user-${index}`);
const SLOTS = 10_000;

function mapOf(peers: readonly Peer[], slots = SLOTS): ReadonlyMap<string, number | undefined> {
  const balancer = new ConsistentHashing(peers, peers.length, slots);
  return new Map(KEYS.map((key) => [key, balancer.pick(key, [])?.port]));
}

/** How many keys are elsewhere, of those for which `asked` is true. */
function moved(
  from: ReadonlyMap<string, number | undefined>,
  to: ReadonlyMap<string, number | undefined>,
  asked: (port: number | undefined) => boolean,
): number {
  return KEYS.filter((key) => asked(from.get(key)) && from.get(key) !== to.get(key)).length;
}

describe('ConsistentHashing', () => {
  balancerCases((peers) => new ConsistentHashing(peers, peers.length, SLOTS));

  const recorded = recording<readonly Scenario[]>('data-plane', '01-balancing.json').filter(
    ({ name, exchanges }) =>
      /^consistent-hashing on (?:header, slots|header, target|header, configured as [^X]|header, fallback|cookie|query)/.test(
        name,
      ) && exchanges.some(({ what }) => what === 'map'),
  );
  it('has recordings to be held against', () => assert.ok(recorded.length >= 6, `${recorded.length}`));
  for (const { name, config, exchanges } of recorded) {
    it(`sends the keys of "${name}" where Kong sends them`, () => {
      const [upstream] = config.upstreams ?? [];
      const map: unknown = exchanges.find(({ what }) => what === 'map')?.data;
      assert.ok(upstream !== undefined && typeof map === 'object' && map !== null);
      const peers = upstream.targets.map(({ target, weight }) => peerAt(Number(target.slice(10)), weight));
      const balancer = new ConsistentHashing(peers, peers.length, upstream.slots ?? SLOTS);
      const ours = Object.keys(map).map((key) => [key, balancer.pick(key, [])?.port]);
      assert.deepEqual(Object.fromEntries(ours), map);
    });
  }

  it('sends requests without a key to the peer Kong sends them to', () => {
    const balancer = new ConsistentHashing(peersOf(100, 100, 100, 100), 4, SLOTS);
    assert.deepEqual([...count(100, () => balancer.pick(undefined, []))], [[31103, 100]]);
  });

  it('does not go by the order of the peers', () => {
    const peers = peersOf(1, 2, 3, 4, 5);
    assert.deepEqual(mapOf([...peers].reverse()), mapOf(peers));
  });

  it('moves the keys of a peer that is gone, and no others', () => {
    const peers = peersOf(100, 100, 100, 100);
    const before = mapOf(peers);
    const after = mapOf(peers.slice(0, 3));
    assert.equal(
      moved(before, after, (port) => port !== 31104),
      0,
    );
    const lost = moved(before, after, (port) => port === 31104);
    assert.ok(lost > 0.2 * KEYS.length && lost < 0.3 * KEYS.length, `${lost}`);
  });

  // Two peers may want one point: a peer that comes first takes it, and few keys of others move along.
  it('moves about one in N keys to an Nth peer, and hardly any other', () => {
    for (const n of [4, 5, 10, 25]) {
      const peers = peersOf(...Array.from({ length: n }, () => 100));
      const [before, after] = [mapOf(peers.slice(1)), mapOf(peers)];
      const gained = KEYS.filter((key) => after.get(key) === 31101).length / KEYS.length;
      const elsewhere = moved(before, after, () => true) / KEYS.length - gained;
      assert.ok(gained > 0.75 / n && gained < 1.25 / n, `${n} peers: ${gained}`);
      assert.ok(elsewhere < 0.03, `${n} peers: ${elsewhere}`);
    }
  });

  it('spreads the keys of a peer that is not available, and gives them back', () => {
    const peers = peersOf(100, 100, 100, 100);
    const balancer = new ConsistentHashing(peers, 4, SLOTS);
    const map = () => new Map(KEYS.map((key) => [key, balancer.pick(key, [])?.port]));
    const [before, state] = [map(), peers[1]?.state];
    assert.ok(state !== undefined);
    state.available = false;
    const without = map();
    assert.equal(
      moved(before, without, (port) => port !== 31102),
      0,
    );
    const takers = count(KEYS.length, (index) => {
      const key = KEYS[index] ?? '';
      return before.get(key) === 31102 ? peers.find(({ port }) => port === without.get(key)) : undefined;
    });
    for (const port of [31101, 31103, 31104])
      assert.ok((takers.get(port) ?? 0) > 0.15 * moved(before, without, () => true), `${port}`);
    state.available = true;
    assert.deepEqual(map(), before);
  });

  it('gives each peer about its share of the keys', () => {
    for (const weights of [
      [100, 100, 100, 100],
      [300, 100, 200],
      [10, 90],
    ]) {
      const counts = [...mapOf(peersOf(...weights)).values()];
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      for (const [index, weight] of weights.entries()) {
        const share = counts.filter((port) => port === 31101 + index).length / KEYS.length;
        const ideal = weight / total;
        assert.ok(Math.abs(share - ideal) < 0.2 * ideal, `${weights.join(' ')}: ${share} for ${weight}`);
      }
    }
  });

  it('serves as many peers as the slots have room for, and more', () => {
    for (const [n, slots] of [
      [62, 10_000],
      [63, 10_000],
      [100, 10],
    ] as const) {
      const peers = peersOf(...Array.from({ length: n }, () => 100));
      const map = mapOf(peers, slots);
      assert.equal(new Set(map.values()).size, n);
      assert.deepEqual(mapOf([...peers].reverse(), slots), map);
    }
  });

  it('gives a peer of hardly any weight some keys', () => {
    const peers = peersOf(65535, 1);
    const ring = new ConsistentHashing(peers, 2, SLOTS);
    const ports = new Set(KEYS.map((key) => ring.pick(key, [])?.port));
    assert.deepEqual(ports, new Set([31101, 31102]));
  });
});
