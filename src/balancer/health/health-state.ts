/** The health of an address or a target, as Kong's Admin API spells it. */
export type HealthState = 'HEALTHY' | 'UNHEALTHY' | 'HEALTHCHECKS_OFF' | 'DNS_ERROR';

/** What health is kept of: where a target is reached, and the name it was resolved from (the address itself if none). */
export interface TargetAddress {
  readonly address: string;
  readonly port: number;
  readonly hostname: string;
}

/** The identity of an address among those of its upstream. */
export function addressKey({ address, port, hostname }: TargetAddress): string {
  return `${address} ${port} ${hostname}`;
}

/** The state of a target from its addresses: one healthy one is enough, and without any the name was not resolved. */
export function targetState(addresses: readonly HealthState[]): HealthState {
  if (addresses.length === 0) return 'DNS_ERROR';
  if (addresses.includes('HEALTHY')) return 'HEALTHY';
  return addresses.includes('UNHEALTHY') ? 'UNHEALTHY' : 'HEALTHCHECKS_OFF';
}
