import type { CheckedUpstream, WeightedAddress } from '../balancer/health/health-hold.js';
import type { TargetAddress } from '../balancer/health/health-state.js';
import type { Peer } from '../balancer/peer.js';
import type { Certificate, Upstream } from '../config/entities.js';

/** What checking takes of an upstream. `certificates` are those of the config, by id. */
export function checkedUpstream(
  { name, healthchecks, host_header, client_certificate }: Upstream,
  certificates: ReadonlyMap<string, Certificate>,
): CheckedUpstream {
  const shown = client_certificate === null ? undefined : certificates.get(client_certificate.id);
  const upstream = { name, healthchecks, host_header };
  if (shown === undefined) return upstream;
  return { ...upstream, clientCertificate: { cert: shown.cert, key: shown.key } };
}

/** What health is kept of for a peer: the name of its target goes with the address, as in Kong. */
export function addressOf({ address, port, target }: Peer): TargetAddress {
  return { address, port, hostname: target.slice(0, target.lastIndexOf(':')) };
}

/** The addresses to check. */
export function addressesToCheck(peers: readonly Peer[]): readonly WeightedAddress[] {
  return peers.map((peer) => ({ ...addressOf(peer), weight: peer.weight }));
}
