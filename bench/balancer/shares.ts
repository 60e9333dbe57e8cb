import type { Peer } from '#gateway/balancer/peer.js';
import { figure } from '../table.js';
import { type Algorithm, build, type Clock, peersOf } from './peers.js';

const REQUESTS = 100_000;
/** So many requests are under way at a time. */
const WIDTH = 16;

/** Requests to peers that take so many milliseconds each: the shares of the peers, in percent. */
export function shares(
  algorithm: Algorithm,
  weights: readonly number[],
  latencies: readonly number[],
): readonly string[] {
  const clock: Clock = { now: 0 };
  const peers = peersOf(weights);
  const balancer = build(algorithm, peers, clock);
  const counts = new Map<Peer, number>();
  const underWay: { readonly peer: Peer; readonly began: number; readonly ends: number }[] = [];
  for (let request = 0; request < REQUESTS; request += 1) {
    if (underWay.length === WIDTH) {
      underWay.sort((one, other) => one.ends - other.ends);
      const ended = underWay.shift();
      clock.now = ended?.ends ?? clock.now;
      ended?.peer.state.finished(ended.ends - ended.began, false, clock.now);
    }
    const peer = balancer.pick(`key-${request}`, []);
    if (peer === undefined) throw new Error(`${algorithm} picks nothing`);
    peer.state.started();
    counts.set(peer, (counts.get(peer) ?? 0) + 1);
    underWay.push({ peer, began: clock.now, ends: clock.now + (latencies[peers.indexOf(peer)] ?? 1) });
  }
  const percent = peers.map((peer) => figure(((counts.get(peer) ?? 0) / REQUESTS) * 100, 2));
  return [algorithm, weights.join(' '), latencies.join(' '), percent.join(' ')];
}

/** How many keys move when a peer joins so many others: to the new one, and between the others. */
export function moves(count: number): readonly string[] {
  const peers = peersOf(Array.from({ length: count }, () => 100));
  const clock: Clock = { now: 0 };
  const before = build('consistent-hashing', peers.slice(1), clock);
  const after = build('consistent-hashing', peers, clock);
  let gained = 0;
  let elsewhere = 0;
  for (let request = 0; request < REQUESTS; request += 1) {
    const key = `key-${request}`;
    const now = after.pick(key, []);
    if (now === before.pick(key, [])) continue;
    if (now === peers[0]) gained += 1;
    else elsewhere += 1;
  }
  const percent = (moved: number) => figure((moved / REQUESTS) * 100, 2);
  return [figure(count), percent(REQUESTS / count), percent(gained), percent(elsewhere)];
}
