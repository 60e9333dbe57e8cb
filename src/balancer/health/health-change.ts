import type { HealthRule } from './check-result.js';
import type { TargetAddress } from './health-state.js';

/** Why an address changed: the kind of check and the rule that was met. */
export type HealthReason = `${'active' | 'passive'} ${HealthRule}`;

/** An address became healthy or unhealthy. Plain JSON, so that one process can tell it to another. */
export interface HealthChange extends TargetAddress {
  readonly upstream: string;
  readonly state: 'HEALTHY' | 'UNHEALTHY';
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly reason: HealthReason;
  /** What the last check saw, for a log. */
  readonly detail: string;
}

/** What a client's request showed of the address it was sent to. Plain JSON, as a `HealthChange` is. */
export type PassiveReport = TargetAddress & { readonly upstream: string } & (
    | { readonly kind: 'http'; readonly status: number }
    | { readonly kind: 'tcp' }
    | { readonly kind: 'timeout' }
  );
