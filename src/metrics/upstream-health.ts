/** How an address, a target or an upstream is, in Kong's words. */
export type HealthWord = 'HEALTHY' | 'UNHEALTHY' | 'HEALTHCHECKS_OFF' | 'DNS_ERROR';

/** One address of a target. */
export interface AddressHealth {
  readonly ip: string;
  readonly port: number;
  readonly weight: number;
  readonly health: HealthWord;
}

/** One target, and the addresses it stands for: none where its name does not resolve. */
export interface TargetHealthReport {
  /** As the config has it: `host:port`. */
  readonly target: string;
  /** The type of the records its addresses come from, else why it has none. */
  readonly dns: string;
  /** The weight the config gives it. */
  readonly nodeWeight: number;
  readonly health: HealthWord;
  readonly addresses: readonly AddressHealth[];
}

/** An upstream as it is balanced now. */
export interface UpstreamHealthReport {
  readonly health: HealthWord;
  /** Whether requests are let through: enough weight is available. */
  readonly balances: boolean;
  readonly targets: readonly TargetHealthReport[];
}

/** Who knows how upstreams are. */
export interface UpstreamsHealth {
  /** Undefined for an upstream that does not serve. */
  healthOf(upstream: string): UpstreamHealthReport | undefined;
}
