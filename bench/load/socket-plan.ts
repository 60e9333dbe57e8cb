import { hasNumbers, isObject } from '../process/calls.js';

/** What the raw-socket generator is to send, and which answers are right. */
export interface SocketPlan {
  readonly origin: string;
  readonly connections: number;
  /** As they go over the wire, sent in turn. */
  readonly requests: readonly string[];
  /** The letters of the upstreams that may answer. */
  readonly letters: readonly string[];
  readonly bodyBytes: number;
}

/** Whether what came from another process is a plan. */
export function isSocketPlan(value: unknown): value is SocketPlan {
  return (
    hasNumbers(value, 'connections', 'bodyBytes') &&
    isObject(value) &&
    'origin' in value &&
    typeof value.origin === 'string' &&
    'requests' in value &&
    Array.isArray(value.requests) &&
    'letters' in value &&
    Array.isArray(value.letters)
  );
}
