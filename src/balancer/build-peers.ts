import type { Target, Upstream } from '../config/entities.js';
import { formatTarget, parseTarget, type TargetAddress } from '../config/target-address.js';
import type { Peer } from './peer.js';
import type { PeerStates } from './peer-states.js';

/** One address a name stands for. Port, weight and name are those of an SRV record; undefined for A and AAAA. */
export interface NamedAddress {
  readonly address: string;
  readonly port?: number | undefined;
  readonly weight?: number | undefined;
  /** The name the SRV record points to. */
  readonly name?: string | undefined;
}

/** The addresses by name; a name that did not resolve is not there. */
export type NamedAddresses = ReadonlyMap<string, readonly NamedAddress[]>;

/** The names among an upstream's targets: what has to be resolved for `buildPeers`. */
export function targetNames(targets: readonly Target[]): readonly string[] {
  const names = targets.flatMap(({ target }) => {
    const parsed = parseTarget(target);
    return parsed?.isName === true ? [parsed.host] : [];
  });
  return [...new Set(names)];
}

/**
 * The peers of an upstream in the order of its targets. As in Kong each address of a name has the target's whole weight,
 * an SRV record its own (at least 1), and a port of 0 stands for the target's. A target of weight 0 stays without
 * requests even where its SRV records have weights.
 */
export function buildPeers(
  upstream: Pick<Upstream, 'name' | 'use_srv_name'>,
  targets: readonly Target[],
  addresses: NamedAddresses,
  states: PeerStates,
): readonly Peer[] {
  return targets.flatMap((target) => {
    const parsed = parseTarget(target.target);
    if (parsed === undefined) return [];
    const known = parsed.isName ? (addresses.get(parsed.host) ?? []) : [{ address: parsed.host }];
    return known.map((each) => peerOf(upstream, target, parsed, each, states));
  });
}

function peerOf(
  upstream: Pick<Upstream, 'name' | 'use_srv_name'>,
  { weight }: Target,
  target: TargetAddress,
  record: NamedAddress,
  states: PeerStates,
): Peer {
  const port = record.port === undefined || record.port === 0 ? target.port : record.port;
  const name = target.host.includes(':') ? `[${target.host}]` : target.host;
  return {
    address: record.address,
    port,
    hostname: (upstream.use_srv_name ? record.name : undefined) ?? name,
    target: formatTarget(target),
    weight: weight === 0 || record.weight === undefined ? weight : Math.max(1, record.weight),
    state: states.of({ upstream: upstream.name, host: name, address: record.address, port }),
  };
}
