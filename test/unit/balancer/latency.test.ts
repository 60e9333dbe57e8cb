import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Latency } from '#gateway/balancer/latency.js';
import type { Peer } from '#gateway/balancer/peer.js';
import { balancerCases } from './balancer-cases.js';
import { count, fractions, peersOf } from './peers.js';

/** A balancer whose time is told, and the peers behind it. */
class Stage {
  now = 1_000_000;
  readonly peers: readonly Peer[];
  readonly #balancer: Latency;

  constructor(...weights: readonly number[]) {
    this.peers = peersOf(...weights);
    this.#balancer = new Latency(this.peers, { random: fractions(5), now: () => this.now });
  }

  pick(): Peer | undefined {
    return this.#balancer.pick(undefined, []);
  }

  /** So many requests, `width` at a time; each takes what `latency` says. Ends are told in their order. */
  counts(requests: number, width: number, latency: (port: number) => number): ReadonlyMap<number, number> {
    const underWay: { readonly peer: Peer; readonly began: number; readonly ends: number }[] = [];
    const counts = count(requests, () => {
      if (underWay.length === width) {
        underWay.sort((one, other) => one.ends - other.ends);
        const ended = underWay.shift();
        if (ended !== undefined) {
          this.now = Math.max(this.now, ended.ends);
          ended.peer.state.finished(ended.ends - ended.began, false, this.now);
        }
      }
      const peer = this.pick();
      if (peer === undefined) return undefined;
      peer.state.started();
      underWay.push({ peer, began: this.now, ends: this.now + latency(peer.port) });
      return peer;
    });
    for (const { peer, began, ends } of underWay) peer.state.finished(ends - began, false, this.now);
    return counts;
  }
}

describe('Latency', () => {
  balancerCases((peers) => new Latency(peers, { random: fractions(1), now: () => 0 }));

  it('keeps away from a slow peer, as recorded: under 10 % of 300 requests, 2 at a time', () => {
    const counts = new Stage(100, 100, 100).counts(300, 2, (port) => (port === 31101 ? 60 : 1));
    assert.ok((counts.get(31101) ?? 0) < 30, JSON.stringify([...counts]));
  });

  it('uses all peers that are equally quick', () => {
    const counts = new Stage(100, 100, 100, 100).counts(4000, 8, () => 10);
    for (const [port, times] of counts) assert.ok(times > 600 && times < 1400, `${port}: ${times}`);
    assert.equal(counts.size, 4);
  });

  it('gives equally quick peers more for more weight', () => {
    const counts = new Stage(300, 100).counts(4000, 8, () => 10);
    const share = (counts.get(31101) ?? 0) / 4000;
    assert.ok(share > 0.65 && share < 0.9, `${share}`);
  });

  it('comes back to a peer that was slow, after some seconds without a request', () => {
    const stage = new Stage(100, 100);
    const [slow, quick] = stage.peers;
    slow?.state.latency.add(1000, stage.now);
    quick?.state.latency.add(100, stage.now);
    assert.equal(stage.pick(), quick);
    stage.now += 24_000;
    quick?.state.latency.add(100, stage.now);
    assert.equal(stage.pick(), slow);
  });

  it('counts the requests under way', () => {
    const stage = new Stage(100, 100);
    const [busy, idle] = stage.peers;
    busy?.state.latency.add(10, stage.now);
    idle?.state.latency.add(25, stage.now);
    assert.equal(stage.pick(), busy);
    for (let turn = 0; turn < 2; turn += 1) busy?.state.started();
    assert.equal(stage.pick(), idle);
  });

  it('tries a peer that is not known yet', () => {
    const stage = new Stage(100, 100);
    const [known, fresh] = stage.peers;
    known?.state.latency.add(1, stage.now);
    known?.state.started();
    for (let turn = 0; turn < 20; turn += 1) assert.equal(stage.pick(), fresh);
  });

  it('does not take a quick failure for a quick answer', () => {
    const stage = new Stage(100, 100);
    const [failing, good] = stage.peers;
    good?.state.latency.add(20, stage.now);
    failing?.state.latency.add(30, stage.now);
    for (let turn = 0; turn < 100; turn += 1) {
      failing?.state.started();
      failing?.state.finished(1, true, stage.now);
      assert.equal(stage.pick(), good);
    }
    good?.state.started();
    good?.state.finished(5000, true, stage.now + 5000);
    stage.now += 5000;
    assert.equal(stage.pick(), failing);
  });
});
