import { type HealthState, targetState } from '../balancer/health/health-state.js';
import type { Peer } from '../balancer/peer.js';
import { isHealthy } from '../balancer/threshold.js';
import type { Target, Upstream } from '../config/entities.js';
import { parseTarget } from '../config/target-address.js';
import type { ResolveError } from '../dns/resolve-error.js';
import type { TargetHealthReport, UpstreamHealthReport } from '../metrics/upstream-health.js';

/** What the health of an upstream is told from. */
export interface HealthSources {
  readonly upstream: Upstream;
  readonly targets: readonly Target[];
  readonly peers: readonly Peer[];
  /** Whether any check is configured. */
  readonly isChecked: boolean;
  readonly healthOf: (peer: Peer) => HealthState;
  /** Why a name has no address, or only old ones. */
  readonly errorOf: (name: string) => ResolveError | undefined;
}

/** How an upstream and its targets are, as Kong's Admin API tells it. */
export function reportHealth(sources: HealthSources): UpstreamHealthReport {
  const { upstream, targets, peers, isChecked } = sources;
  const balances = isHealthy(peers, upstream.healthchecks.threshold);
  return {
    health: isChecked ? (balances ? 'HEALTHY' : 'UNHEALTHY') : 'HEALTHCHECKS_OFF',
    balances,
    targets: targets.map((target) => reportTarget(target, sources)),
  };
}

function reportTarget(
  { target, weight }: Target,
  { peers, healthOf, errorOf }: HealthSources,
): TargetHealthReport {
  const addresses = peers
    .filter((peer) => peer.target === target)
    .map((peer) => {
      const ip = peer.address.includes(':') ? `[${peer.address}]` : peer.address;
      return { ip, port: peer.port, weight: peer.weight, health: healthOf(peer) };
    });
  const parsed = parseTarget(target);
  const error = parsed?.isName === true && addresses.length === 0 ? errorOf(parsed.host) : undefined;
  return {
    target,
    nodeWeight: weight,
    dns: error === undefined ? 'A' : wordsOf(error),
    health: targetState(addresses.map(({ health }) => health)),
    addresses,
  };
}

/** Kong's words where the name does not exist. */
function wordsOf({ code, message }: ResolveError): string {
  return code === 'name_not_found' ? 'dns server error: 3 name error' : message;
}
