import { type CheckResult, describeResult, judge, probesAreOn, type Verdict } from './check-result.js';
import type { HealthChange, HealthReason, PassiveReport } from './health-change.js';
import { type CheckedUpstream, HealthHold, type HoldOwner, type WeightedAddress } from './health-hold.js';
import { HealthMemory, type MemoryLimits } from './health-memory.js';
import { addressKey, type HealthState, type TargetAddress } from './health-state.js';

/** An address to probe, and the upstream whose rules hold for it. */
export interface ProbedTarget {
  readonly key: string;
  readonly address: TargetAddress;
  readonly upstream: CheckedUpstream;
}

export interface HealthRegistryOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly memory?: MemoryLimits;
}

/** As long as Kong keeps the health of an upstream that left the config, and of no more than a large config has. */
const DEFAULT_MEMORY: MemoryLimits = { keepFor: 300_000, keepAtMost: 10_000 };

/**
 * The health of every address, by upstream name and address. It outlives snapshots: they hold what they name, and an
 * upstream that leaves the config and comes back finds its targets as they were.
 */
export class HealthRegistry {
  readonly #now: () => number;
  readonly #memory: HealthMemory;
  /** By upstream name, the newest last. */
  readonly #holds = new Map<string, HealthHold[]>();
  readonly #owner: HoldOwner = {
    replaced: (hold, before) => this.#replaced(hold, before),
    released: (hold) => this.#released(hold),
  };
  readonly #changeListeners = new Set<(change: HealthChange) => void>();
  readonly #targetListeners = new Set<(upstream: string) => void>();

  constructor(options: HealthRegistryOptions) {
    this.#now = options.now;
    this.#memory = new HealthMemory(options.memory ?? DEFAULT_MEMORY);
  }

  /** Holds the health of an upstream's addresses until the hold is released. Probing begins here, if there is a prober. */
  retain(upstream: CheckedUpstream, targets: readonly WeightedAddress[]): HealthHold {
    const hold = new HealthHold(upstream, this.#owner);
    const holds = this.#holds.get(upstream.name);
    if (holds === undefined) this.#holds.set(upstream.name, [hold]);
    else holds.push(hold);
    hold.replace(targets);
    return hold;
  }

  /** HEALTHCHECKS_OFF without checks, for weight 0 and for upstreams that nobody holds. */
  get(upstream: string, address: TargetAddress): HealthState {
    const key = addressKey(address);
    const hold = this.#ruling(upstream, key) ?? this.#holds.get(upstream)?.at(-1);
    if (hold === undefined || !hold.on || hold.targets.get(key)?.weight === 0) return 'HEALTHCHECKS_OFF';
    return this.#isHealthy(memoryKey(upstream, key)) ? 'HEALTHY' : 'UNHEALTHY';
  }

  /** Counts what a client's request showed. */
  report(report: PassiveReport): void {
    this.#count('passive', report.upstream, report, report);
  }

  /** Counts what a probe showed. */
  reportProbe(upstream: string, address: TargetAddress, result: CheckResult): void {
    this.#count('active', upstream, address, result);
  }

  /**
   * What a report would count as where the counting is done, for a worker that counts nothing itself; undefined where it
   * changes nothing. Good answers of healthy targets count as well, since they take back failures seen by others, but
   * only where passive `successes` is set.
   */
  weigh(report: PassiveReport): 'good' | 'bad' | undefined {
    const verdict = this.#verdict('passive', report.upstream, addressKey(report), report);
    if (verdict === undefined) return undefined;
    return verdict.rule === 'successes' ? 'good' : 'bad';
  }

  /** Takes over a change, from another process for example. One of an address that nobody names yet is remembered. */
  apply(change: HealthChange): void {
    const key = memoryKey(change.upstream, addressKey(change));
    const before = this.#isHealthy(key);
    const healthy = change.state === 'HEALTHY';
    const health = this.#memory.health(key);
    health.force(healthy);
    this.#memory.put(key, health, change);
    if (!this.#isNamed(change.upstream, addressKey(change))) this.#memory.unname(key, this.#now());
    if (before !== healthy) this.#emit(change);
  }

  /** The changes that made addresses unhealthy that still are, for a process that starts. */
  unhealthy(): readonly HealthChange[] {
    const changes: HealthChange[] = [];
    for (const { health, change } of this.#memory.entries()) {
      if (!health.healthy && change !== undefined) changes.push(change);
    }
    return changes;
  }

  /** Calls for every change of state. Returns what ends it. */
  onChange(listener: (change: HealthChange) => void): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  /** Calls when the addresses or the rules of an upstream may be others. Returns what ends it. */
  onTargets(listener: (upstream: string) => void): () => void {
    this.#targetListeners.add(listener);
    return () => this.#targetListeners.delete(listener);
  }

  /** The upstreams that are held now. */
  upstreams(): readonly string[] {
    return [...this.#holds.keys()];
  }

  /** The addresses of an upstream to probe, those of the newest hold last. */
  probed(name: string): readonly ProbedTarget[] {
    const ruling = new Map<string, HealthHold>();
    for (const hold of this.#holds.get(name) ?? []) {
      for (const key of hold.targets.keys()) {
        ruling.delete(key);
        ruling.set(key, hold);
      }
    }
    const probed: ProbedTarget[] = [];
    for (const [key, hold] of ruling) {
      const address = hold.targets.get(key);
      if (address === undefined || !hold.checks(key)) continue;
      const { upstream } = hold;
      if (probesAreOn(upstream.healthchecks.active)) probed.push({ key, address, upstream });
    }
    return probed;
  }

  #replaced(hold: HealthHold, before: readonly string[]): void {
    const { name } = hold.upstream;
    const now = this.#now();
    for (const key of new Set([...before, ...hold.targets.keys()])) {
      if (this.#isNamed(name, key)) this.#memory.name(memoryKey(name, key), now);
      else this.#memory.unname(memoryKey(name, key), now);
    }
    this.#announce(name);
  }

  #released(hold: HealthHold): void {
    const { name } = hold.upstream;
    const left = (this.#holds.get(name) ?? []).filter((other) => other !== hold);
    if (left.length === 0) this.#holds.delete(name);
    else this.#holds.set(name, left);
    this.#announce(name);
  }

  #count(check: 'active' | 'passive', upstream: string, address: TargetAddress, result: CheckResult): void {
    const key = addressKey(address);
    const verdict = this.#verdict(check, upstream, key, result);
    if (verdict === undefined) return;
    const remembered = memoryKey(upstream, key);
    // The most common case by far: a good answer of an address that has nothing to take back.
    if (verdict.rule === 'successes' && this.#memory.get(remembered) === undefined) return;
    const health = this.#memory.health(remembered);
    if (!health.count(verdict)) {
      this.#memory.put(remembered, health);
      return;
    }
    const reason: HealthReason = `${check} ${verdict.rule}`;
    const change = this.#change(upstream, address, health.healthy, reason, describeResult(result));
    this.#memory.put(remembered, health, change);
    this.#emit(change);
  }

  #verdict(
    check: 'active' | 'passive',
    upstream: string,
    key: string,
    result: CheckResult,
  ): Verdict | undefined {
    const hold = this.#ruling(upstream, key);
    return hold?.checks(key) ? judge(hold.upstream.healthchecks[check], result) : undefined;
  }

  #change(
    upstream: string,
    { address, port, hostname }: TargetAddress,
    healthy: boolean,
    reason: HealthReason,
    detail: string,
  ): HealthChange {
    const state = healthy ? 'HEALTHY' : 'UNHEALTHY';
    return { upstream, address, port, hostname, state, at: this.#now(), reason, detail };
  }

  #emit(change: HealthChange): void {
    for (const listener of [...this.#changeListeners]) listener(change);
  }

  #announce(upstream: string): void {
    for (const listener of [...this.#targetListeners]) listener(upstream);
  }

  /** The newest hold that names the address. */
  #ruling(upstream: string, key: string): HealthHold | undefined {
    return this.#holds.get(upstream)?.findLast((hold) => hold.targets.has(key));
  }

  #isNamed(upstream: string, key: string): boolean {
    return this.#holds.get(upstream)?.some((hold) => hold.checks(key)) ?? false;
  }

  #isHealthy(key: string): boolean {
    return this.#memory.get(key)?.health.healthy ?? true;
  }
}

function memoryKey(upstream: string, key: string): string {
  return `${upstream} ${key}`;
}
