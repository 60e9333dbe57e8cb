import type { PassiveReport } from '../balancer/health/health-change.js';
import type { HealthRegistry } from '../balancer/health/registry.js';
import type { PeerStates } from '../balancer/peer-states.js';
import type { Resolver } from '../dns/resolver.js';

/** What the upstreams of all snapshots of a process share; it outlives them. */
export interface UpstreamSurroundings {
  readonly resolver: Resolver;
  readonly health: HealthRegistry;
  readonly states: PeerStates;
  /** Takes what requests showed of the addresses they were sent to. */
  readonly report: (report: PassiveReport) => void;
  /** Called when a name has led to other addresses. */
  readonly onRenamed: () => void;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** From 0 to 1, which is left out. */
  readonly random: () => number;
  readonly uuid: () => string;
}
