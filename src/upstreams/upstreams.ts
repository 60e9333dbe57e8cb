import { randomUUID } from 'node:crypto';
import { targetNames } from '../balancer/build-peers.js';
import type { HealthChange, PassiveReport } from '../balancer/health/health-change.js';
import { HealthRegistry } from '../balancer/health/registry.js';
import { PeerStates } from '../balancer/peer-states.js';
import type { GatewayConfig } from '../config/entities.js';
import type { Resolver } from '../dns/resolver.js';
import type { UpstreamHealthReport, UpstreamsHealth } from '../metrics/upstream-health.js';
import type { Steps } from '../steps.js';
import type { UpstreamSurroundings } from './surroundings.js';
import { type UpstreamSet, upstreamSteps } from './upstream-set.js';

/** How often at most addresses that no name leads to any more are looked for, in milliseconds. */
const SWEEP_INTERVAL = 60_000;

/** What Upstreams are made of. */
export interface UpstreamsParts {
  readonly resolver: Resolver;
  /** Takes what requests showed of addresses, where it is not counted here. */
  readonly report?: (report: PassiveReport) => void;
}

/** The upstreams of a process: those of the config that serves, and what is known of them over all configs. */
export class Upstreams implements UpstreamsHealth {
  readonly resolver: Resolver;
  readonly health = new HealthRegistry({ now: Date.now });
  readonly #surroundings: UpstreamSurroundings;
  #serving: UpstreamSet | undefined;
  #sweptAt = performance.now();

  constructor({ resolver, report }: UpstreamsParts) {
    const { health } = this;
    this.resolver = resolver;
    this.#surroundings = {
      ...{ resolver, health, states: new PeerStates() },
      report: report ?? ((seen) => health.report(seen)),
      onRenamed: () => {
        if (performance.now() - this.#sweptAt >= SWEEP_INTERVAL) this.#sweep();
      },
      now: () => performance.now(),
      random: Math.random,
      uuid: randomUUID,
    };
    health.onChange(({ upstream }) => this.#serving?.refresh(upstream));
  }

  /** Resolves once each name among the targets was looked up, or could not be. */
  async lookUpNames({ targets }: Pick<GatewayConfig, 'targets'>): Promise<void> {
    await Promise.allSettled(targetNames(targets).map((name) => this.resolver.resolve(name)));
  }

  /** The steps to the upstreams of a config; dropping the result undoes them. */
  steps(config: GatewayConfig): Steps<UpstreamSet> {
    return upstreamSteps(config, this.#surroundings);
  }

  /** Puts upstreams in service, in place of those that were until now. */
  serve(next: UpstreamSet): void {
    const previous = this.#serving;
    if (previous === next) return;
    // Before the others retire, so that nothing that stays is let go of meanwhile.
    next.serve();
    previous?.retire();
    this.#serving = next;
    this.#sweep();
  }

  healthOf(upstream: string): UpstreamHealthReport | undefined {
    return this.#serving?.find(upstream)?.health;
  }

  /** Takes over changes that another process found. */
  apply(changes: readonly HealthChange[]): void {
    for (const change of changes) this.health.apply(change);
  }

  /** Ends what serves, and the lookups. */
  async close(): Promise<void> {
    this.#serving?.retire();
    this.#serving = undefined;
    await this.resolver.close();
  }

  #sweep(): void {
    this.#sweptAt = performance.now();
    if (this.#serving !== undefined) this.#surroundings.states.sweep(this.#serving.states, this.#sweptAt);
  }
}
