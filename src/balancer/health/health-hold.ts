import type { HealthChecks } from '../../config/entities.js';
import { checksAreOn } from './check-result.js';
import { addressKey, type TargetAddress } from './health-state.js';

/** A certificate to show to targets, both parts PEM. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

/** What checking takes of an upstream entity, and its client certificate resolved. */
export interface CheckedUpstream {
  readonly name: string;
  readonly healthchecks: HealthChecks;
  readonly host_header: string | null;
  readonly clientCertificate?: ClientCertificate;
}

/** An address of a target; one of weight 0 is not checked. */
export interface WeightedAddress extends TargetAddress {
  readonly weight: number;
}

/** What a hold belongs to. */
export interface HoldOwner {
  /** The addresses of `hold` are others than those of `before`. */
  replaced(hold: HealthHold, before: readonly string[]): void;
  released(hold: HealthHold): void;
}

/**
 * One snapshot's interest in an upstream's health: while it is held, the addresses are checked and remembered. The
 * newest hold that names an address decides by which rules.
 */
export class HealthHold {
  readonly upstream: CheckedUpstream;
  /** Whether any check is configured. */
  readonly on: boolean;
  readonly #owner: HoldOwner;
  #targets: ReadonlyMap<string, WeightedAddress> = new Map();
  #released = false;

  constructor(upstream: CheckedUpstream, owner: HoldOwner) {
    this.upstream = upstream;
    this.on = checksAreOn(upstream.healthchecks);
    this.#owner = owner;
  }

  get targets(): ReadonlyMap<string, WeightedAddress> {
    return this.#targets;
  }

  /** Whether it checks the address of this `addressKey`. */
  checks(key: string): boolean {
    return this.on && (this.#targets.get(key)?.weight ?? 0) > 0;
  }

  /** Says anew which addresses there are, when a name resolves to others for example. */
  replace(targets: readonly WeightedAddress[]): void {
    if (this.#released) return;
    const before = [...this.#targets.keys()];
    this.#targets = new Map(targets.map((target) => [addressKey(target), target]));
    this.#owner.replaced(this, before);
  }

  /** Ends the interest. Safe to call again. */
  release(): void {
    if (this.#released) return;
    this.replace([]);
    this.#released = true;
    this.#owner.released(this);
  }
}
