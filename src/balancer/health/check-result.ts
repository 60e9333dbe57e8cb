import type { HealthChecks } from '../../config/entities.js';

/** What a probe or a client's request showed of a target. */
export type CheckResult =
  /** A connection was made, and no more was asked. */
  | { readonly kind: 'connected' }
  /** The status of an answer, 0 for an answer that is not HTTP. */
  | { readonly kind: 'http'; readonly status: number; readonly message?: string }
  /** Not connected, no TLS, or closed without an answer. */
  | { readonly kind: 'tcp'; readonly message?: string }
  | { readonly kind: 'timeout'; readonly message?: string };

/** The counted rules, by their field in `healthchecks`. */
export type FailureRule = 'http_failures' | 'tcp_failures' | 'timeouts';
export type HealthRule = FailureRule | 'successes';

/** The rule a result counts for, and how many in a row decide. */
export interface Verdict {
  readonly rule: HealthRule;
  readonly limit: number;
}

/** What active and passive checks have in common. */
export interface CheckRules {
  readonly healthy: Pick<HealthChecks['active']['healthy'], 'http_statuses' | 'successes'>;
  readonly unhealthy: Omit<HealthChecks['active']['unhealthy'], 'interval'>;
}

/**
 * Judges a result. Undefined where it changes nothing: a status in neither list, or a rule switched off with 0. A
 * status in both lists is healthy, as in Kong; the type of passive checks does not matter.
 */
export function judge(rules: CheckRules, result: CheckResult): Verdict | undefined {
  const rule = ruleOf(rules, result);
  if (rule === undefined) return undefined;
  const limit = rule === 'successes' ? rules.healthy.successes : rules.unhealthy[rule];
  return limit === 0 ? undefined : { rule, limit };
}

function ruleOf(rules: CheckRules, result: CheckResult): HealthRule | undefined {
  switch (result.kind) {
    case 'connected':
      return 'successes';
    case 'tcp':
      return 'tcp_failures';
    case 'timeout':
      return 'timeouts';
    case 'http':
      if (rules.healthy.http_statuses.includes(result.status)) return 'successes';
      if (result.status === 0 || rules.unhealthy.http_statuses.includes(result.status))
        return 'http_failures';
      return undefined;
  }
}

/** The statuses that count for a rule that is not switched off. */
export function countedStatuses({ healthy, unhealthy }: CheckRules): ReadonlySet<number> {
  const good = healthy.successes === 0 ? [] : healthy.http_statuses;
  const bad = unhealthy.http_failures === 0 ? [] : unhealthy.http_statuses;
  return new Set([...good, ...bad]);
}

/** A result in a few words, for a log. */
export function describeResult(result: CheckResult): string {
  if (result.kind === 'connected') return 'connected';
  if (result.message !== undefined) return result.message;
  switch (result.kind) {
    case 'http':
      return result.status === 0 ? 'an answer that is not HTTP' : `status ${result.status}`;
    case 'tcp':
      return 'no connection, or closed without an answer';
    case 'timeout':
      return 'no answer in time';
  }
}

/** Whether anything is checked that can take a target out; without, there is nothing to be healthy by (Kong's rule). */
export function checksAreOn({ active, passive }: HealthChecks): boolean {
  const { tcp_failures, timeouts, http_failures } = passive.unhealthy;
  return probesAreOn(active) || [tcp_failures, timeouts, http_failures].some((failures) => failures !== 0);
}

/** Whether targets are probed, in one state at least. */
export function probesAreOn(active: HealthChecks['active']): boolean {
  return active.healthy.interval !== 0 || active.unhealthy.interval !== 0;
}
