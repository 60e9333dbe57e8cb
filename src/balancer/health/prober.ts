import type { Logger } from '../../log.js';
import { type CheckResult, describeResult } from './check-result.js';
import { addressKey } from './health-state.js';
import { ProbeClient, type ProbeSender } from './probe-client.js';
import { type ProbeTimers, processTimers } from './probe-timers.js';
import type { HealthRegistry, ProbedTarget } from './registry.js';
import { type ProbeSurroundings, UpstreamProbes } from './upstream-probes.js';

export interface ProberOptions {
  readonly registry: HealthRegistry;
  readonly log: Logger;
  /** Certificates (PEM) trusted instead of Node's own. */
  readonly authorities?: string;
  readonly sender?: ProbeSender;
  readonly timers?: ProbeTimers;
  /** From 0 to below 1, for the spread of the first probes. */
  readonly random?: () => number;
}

/**
 * Active health checks: probes whatever addresses the registry holds and reports to it. One prober a gateway, in the
 * process that counts.
 */
export class Prober {
  readonly #registry: HealthRegistry;
  readonly #log: Logger;
  readonly #upstreams = new Map<string, UpstreamProbes>();
  readonly #closing = new Set<Promise<void>>();
  readonly #surroundings: ProbeSurroundings;
  readonly #unsubscribe: readonly (() => void)[];

  /** Begins at once with what the registry holds already. */
  constructor(options: ProberOptions) {
    const { registry, log } = options;
    this.#registry = registry;
    this.#log = log;
    this.#surroundings = {
      sender: options.sender ?? new ProbeClient(options.authorities),
      timers: options.timers ?? processTimers,
      random: options.random ?? Math.random,
      isHealthy: ({ upstream, address }) => registry.get(upstream.name, address) === 'HEALTHY',
      report: (target, result) => this.#report(target, result),
    };
    this.#unsubscribe = [
      registry.onTargets((upstream) => this.#replace(upstream)),
      registry.onChange((change) => this.#upstreams.get(change.upstream)?.changed(addressKey(change))),
    ];
    for (const upstream of registry.upstreams()) this.#replace(upstream);
  }

  /** Stops all probes, those in flight as well, and settles once no connection is left. */
  async close(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    for (const upstream of [...this.#upstreams.keys()]) this.#stop(upstream);
    await Promise.all(this.#closing);
  }

  #replace(upstream: string): void {
    const targets = this.#registry.probed(upstream);
    if (targets.length === 0) {
      this.#stop(upstream);
      return;
    }
    const probes = this.#upstreams.get(upstream) ?? new UpstreamProbes(this.#surroundings);
    this.#upstreams.set(upstream, probes);
    probes.replace(targets);
  }

  #stop(upstream: string): void {
    const probes = this.#upstreams.get(upstream);
    if (probes === undefined) return;
    this.#upstreams.delete(upstream);
    const closing = probes.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  #report({ upstream, address }: ProbedTarget, result: CheckResult): void {
    const { address: ip, port, hostname } = address;
    this.#log.debug(
      { upstream: upstream.name, address: ip, port, hostname, result: describeResult(result) },
      'health check',
    );
    this.#registry.reportProbe(upstream.name, address, result);
  }
}
