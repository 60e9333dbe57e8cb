import type { PeerState } from '../balancer/peer.js';
import type { Certificate, GatewayConfig, Target } from '../config/entities.js';
import type { Steps } from '../steps.js';
import { BalancedUpstream } from './balanced-upstream.js';
import { checkedUpstream } from './checked-upstream.js';
import type { UpstreamSurroundings } from './surroundings.js';

/** The upstreams of one config. Built without sockets and timers; from `serve` to `retire` it has both at work. */
export class UpstreamSet {
  readonly #byName: ReadonlyMap<string, BalancedUpstream>;

  constructor(upstreams: readonly BalancedUpstream[]) {
    this.#byName = new Map(upstreams.map((each) => [each.upstream.name, each]));
  }

  /** The upstream a service's host names, in this very spelling; undefined for a host that is an address or a name. */
  find(host: string): BalancedUpstream | undefined {
    return this.#byName.get(host);
  }

  /** The steps in which everything gets ready for the first pick. */
  *readySteps(): Steps<void> {
    for (const upstream of this.#byName.values()) {
      upstream.makeReady();
      yield;
    }
  }

  serve(): void {
    for (const upstream of this.#byName.values()) upstream.serve();
  }

  retire(): void {
    for (const upstream of this.#byName.values()) upstream.retire();
  }

  /** Takes over what is known of the health of an upstream's peers. */
  refresh(upstream: string): void {
    this.#byName.get(upstream)?.refresh();
  }

  /** The states of all peers. */
  get states(): ReadonlySet<PeerState> {
    const states = new Set<PeerState>();
    for (const { peers } of this.#byName.values()) for (const { state } of peers) states.add(state);
    return states;
  }
}

/** The steps to the upstreams of a config. */
export function* upstreamSteps(
  { upstreams, targets, certificates }: GatewayConfig,
  surroundings: UpstreamSurroundings,
): Steps<UpstreamSet> {
  const pairs = new Map<string, Certificate>(certificates.map((each) => [each.id, each]));
  const targetsOf = new Map<string, Target[]>(upstreams.map(({ id }) => [id, []]));
  for (const target of targets) targetsOf.get(target.upstream.id)?.push(target);
  const built: BalancedUpstream[] = [];
  for (const upstream of upstreams) {
    const checked = checkedUpstream(upstream, pairs);
    const own = targetsOf.get(upstream.id) ?? [];
    built.push(new BalancedUpstream({ upstream, targets: own, checked, surroundings }));
    yield;
  }
  return new UpstreamSet(built);
}
