import type { Balancer } from '../balancer/balancer.js';
import { buildPeers, targetNames } from '../balancer/build-peers.js';
import { createBalancer } from '../balancer/create-balancer.js';
import { type HashKeyReader, hashKeyReader } from '../balancer/hash-key.js';
import { countedStatuses } from '../balancer/health/check-result.js';
import type { CheckedUpstream, HealthHold } from '../balancer/health/health-hold.js';
import type { Peer } from '../balancer/peer.js';
import type { Target, Upstream } from '../config/entities.js';
import type { ResolveError } from '../dns/resolve-error.js';
import { type Following, type ResolvedAddress, sameAddresses } from '../dns/resolver.js';
import type { UpstreamHealthReport } from '../metrics/upstream-health.js';
import { addressesToCheck, addressOf } from './checked-upstream.js';
import { reportHealth } from './report-health.js';
import type { UpstreamSurroundings } from './surroundings.js';

/** What happened to a request at a peer, as far as health goes. */
export type PeerOutcome =
  | { readonly kind: 'http'; readonly status: number }
  | { readonly kind: 'tcp' }
  | { readonly kind: 'timeout' };

/** What a BalancedUpstream is made of. */
export interface BalancedUpstreamParts {
  readonly upstream: Upstream;
  readonly targets: readonly Target[];
  readonly checked: CheckedUpstream;
  readonly surroundings: UpstreamSurroundings;
}

/**
 * An upstream of one config, with the peers its targets have become. While it serves, it follows their names and holds
 * their health; requests that began with it go on afterwards, with the peers it had last.
 */
export class BalancedUpstream {
  readonly upstream: Upstream;
  /** Undefined where nothing of a request is hashed. */
  readonly readKey: HashKeyReader | undefined;
  readonly #targets: readonly Target[];
  readonly #checked: CheckedUpstream;
  readonly #surroundings: UpstreamSurroundings;
  readonly #addresses = new Map<string, readonly ResolvedAddress[]>();
  readonly #errors = new Map<string, ResolveError>();
  readonly #followings: Following[] = [];
  /** Every answer is looked at, and nearly all change nothing. */
  readonly #counted: ReadonlySet<number>;
  #peers: readonly Peer[];
  #balancer: Balancer | undefined;
  #hold: HealthHold | undefined;

  /** Takes the addresses that are known already. */
  constructor({ upstream, targets, checked, surroundings }: BalancedUpstreamParts) {
    const { algorithm, hash_on } = upstream;
    const isHashed = algorithm === 'consistent-hashing' && hash_on !== 'none';
    this.upstream = upstream;
    this.readKey = isHashed ? hashKeyReader(upstream, surroundings.uuid) : undefined;
    this.#targets = targets;
    this.#checked = checked;
    this.#surroundings = surroundings;
    this.#counted = countedStatuses(upstream.healthchecks.passive);
    for (const name of targetNames(targets)) {
      const known = surroundings.resolver.peek(name);
      if (known !== undefined) this.#addresses.set(name, known);
    }
    this.#peers = this.#buildPeers();
  }

  get peers(): readonly Peer[] {
    return this.#peers;
  }

  /** See `Balancer.pick`. */
  pick(key: string | undefined, tried: readonly Peer[]): Peer | undefined {
    return (this.#balancer ?? this.#buildBalancer()).pick(key, tried);
  }

  /** Has everything there for the first `pick`: where much is hashed, that takes some milliseconds. */
  makeReady(): void {
    this.#balancer ??= this.#buildBalancer();
  }

  /** Milliseconds of the clock that the accounts of peers go by. */
  get now(): number {
    return this.#surroundings.now();
  }

  /** Tells what a request showed of a peer, which may make it unhealthy. */
  report(peer: Peer, outcome: PeerOutcome): void {
    this.#surroundings.report({ upstream: this.upstream.name, ...addressOf(peer), ...outcome });
  }

  /** The same for an answer: as in Kong a 504 counts as a timeout, whoever says it. */
  reportAnswer(peer: Peer, status: number): void {
    if (status === 504) this.report(peer, { kind: 'timeout' });
    else if (this.#counted.has(status)) this.report(peer, { kind: 'http', status });
  }

  /** Follows the names of the targets and holds their health from now on. Not to be called twice. */
  serve(): void {
    const { resolver, health } = this.#surroundings;
    this.#hold = health.retain(this.#checked, addressesToCheck(this.#peers));
    this.refresh();
    for (const name of targetNames(this.#targets)) {
      const following = resolver.follow(name, (addresses, error) => this.#renamed(name, addresses, error));
      this.#followings.push(following);
    }
  }

  /** Ends that. */
  retire(): void {
    for (const following of this.#followings.splice(0)) following.stop();
    this.#hold?.release();
  }

  /** Takes over what is known of the health of the peers. */
  refresh(): void {
    const { health } = this.#surroundings;
    for (const peer of this.#peers)
      peer.state.available = health.get(this.upstream.name, addressOf(peer)) !== 'UNHEALTHY';
  }

  /** How the targets are, in their order. */
  get health(): UpstreamHealthReport {
    const { health } = this.#surroundings;
    return reportHealth({
      upstream: this.upstream,
      targets: this.#targets,
      peers: this.#peers,
      isChecked: this.#hold?.on === true,
      healthOf: (peer) => health.get(this.upstream.name, addressOf(peer)),
      errorOf: (name) => this.#errors.get(name),
    });
  }

  #renamed(name: string, addresses: readonly ResolvedAddress[], error: ResolveError | undefined): void {
    if (error === undefined) this.#errors.delete(name);
    else this.#errors.set(name, error);
    if (sameAddresses(this.#addresses.get(name) ?? [], addresses)) return;
    this.#addresses.set(name, addresses);
    this.#peers = this.#buildPeers();
    this.#balancer = undefined;
    this.#hold?.replace(addressesToCheck(this.#peers));
    this.refresh();
    this.#surroundings.onRenamed();
  }

  #buildBalancer(): Balancer {
    const count = this.#targets.length;
    const balancer = createBalancer(this.upstream, this.#peers, count, this.#surroundings);
    this.#balancer = balancer;
    return balancer;
  }

  #buildPeers(): readonly Peer[] {
    return buildPeers(this.upstream, this.#targets, this.#addresses, this.#surroundings.states);
  }
}
