import type { HealthChange, PassiveReport } from '../balancer/health/health-change.js';
import type { GatewayConfig } from '../config/entities.js';
import type { UpstreamHealthReport, UpstreamsHealth } from '../metrics/upstream-health.js';
import { eventLoop } from '../snapshot/event-loop.js';
import { doAtPace } from '../steps.js';
import type { OpenUpstreams } from '../upstreams/open-upstreams.js';
import type { UpstreamSet } from '../upstreams/upstream-set.js';

/** Checks and counts the health of targets for all workers, in the process that proxies nothing. */
export class FleetHealth implements UpstreamsHealth {
  readonly #open: OpenUpstreams;

  /** `tell` hears of every change. */
  constructor(open: OpenUpstreams, tell: (change: HealthChange) => void) {
    this.#open = open;
    open.upstreams.health.onChange(tell);
  }

  /** Builds what `serve` puts in service; dropping it undoes it. */
  build(config: GatewayConfig): Promise<UpstreamSet> {
    return doAtPace(this.#open.upstreams.steps(config), eventLoop);
  }

  serve(upstreams: UpstreamSet): void {
    this.#open.upstreams.serve(upstreams);
  }

  /** Counts what the requests of a worker showed. */
  take(reports: readonly PassiveReport[]): void {
    for (const report of reports) this.#open.upstreams.health.report(report);
  }

  /** What a worker that starts has to know. */
  get unhealthy(): readonly HealthChange[] {
    return this.#open.upstreams.health.unhealthy();
  }

  healthOf(upstream: string): UpstreamHealthReport | undefined {
    return this.#open.upstreams.healthOf(upstream);
  }

  close(): Promise<void> {
    return this.#open.close();
  }
}
