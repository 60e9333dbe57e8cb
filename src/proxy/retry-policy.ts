import type { UpstreamError } from './transport/upstream-error.js';

/** Methods whose repetition does no harm (RFC 9110, 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);

/** What a failed attempt leaves to do. */
export type RetryDecision =
  | 'give-up'
  /** Try again, it counts against `retries`. */
  | 'retry'
  /** Try again at once over a fresh connection: the pooled one was dead already. */
  | 'retry-fresh';

/**
 * Whether to repeat a request of which no byte of an answer has gone to the client. As in Kong: always where no
 * connection came about, else only for idempotent methods; a connection that proved stale does not count, and an
 * upstream that answers nonsense is not asked again. `attempts` have been made so far.
 */
export function decideRetry(
  method: string,
  error: UpstreamError,
  attempts: number,
  retries: number,
): RetryDecision {
  if (error.failure === 'name_resolution' || error.failure === 'malformed') return 'give-up';
  if (error.phase !== 'connect' && !IDEMPOTENT.has(method)) return 'give-up';
  if (error.stale) return 'retry-fresh';
  return attempts <= retries ? 'retry' : 'give-up';
}
