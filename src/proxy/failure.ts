import type { UpstreamFailure } from './transport/upstream-error.js';

/** What the client is told of an upstream that gave no usable answer. The reason itself goes to the log only. */
export interface FailureAnswer {
  readonly status: 502 | 503 | 504;
  readonly message: string;
}

const INVALID: FailureAnswer = {
  status: 502,
  message: 'An invalid response was received from the upstream server',
};
const TIMEOUT: FailureAnswer = { status: 504, message: 'The upstream server is timing out' };
const UNRESOLVED: FailureAnswer = { status: 503, message: 'name resolution failed' };

const ANSWERS: Readonly<Record<UpstreamFailure, FailureAnswer>> = {
  name_resolution: UNRESOLVED,
  connect_failed: INVALID,
  connect_timeout: TIMEOUT,
  tls_failed: INVALID,
  write_timeout: TIMEOUT,
  read_timeout: TIMEOUT,
  closed: INVALID,
  malformed: INVALID,
};

/** Kong's status and words for a failure. */
export function failureAnswer(failure: UpstreamFailure): FailureAnswer {
  return ANSWERS[failure];
}

/** Whether it failed for want of time, rather than of an answer. */
export function isTimeout(failure: UpstreamFailure): boolean {
  return ANSWERS[failure] === TIMEOUT;
}
