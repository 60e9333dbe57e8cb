import { GatewayError } from '../../errors.js';

/** How far a failed request got. */
export type UpstreamPhase = 'connect' | 'request' | 'head' | 'body';

export type UpstreamFailure =
  /** The name has no address. */
  | 'name_resolution'
  /** Refused, unreachable, reset while connecting. */
  | 'connect_failed'
  | 'connect_timeout'
  /** The TLS handshake or the check of the certificate failed. */
  | 'tls_failed'
  | 'write_timeout'
  | 'read_timeout'
  /** The connection ended before the answer was complete. */
  | 'closed'
  /** What came is no valid HTTP/1.x answer. */
  | 'malformed';

/** Why an upstream gave no (whole) answer. */
export class UpstreamError extends GatewayError {
  readonly failure: UpstreamFailure;
  readonly phase: UpstreamPhase;
  /**
   * A kept-alive connection that the upstream closed before it sent one byte of this answer: likely it never
   * saw the request.
   */
  readonly stale: boolean;

  constructor(
    failure: UpstreamFailure,
    phase: UpstreamPhase,
    message: string,
    options?: ErrorOptions & { readonly stale?: boolean },
  ) {
    super(`upstream_${failure}`, message, options);
    this.failure = failure;
    this.phase = phase;
    this.stale = options?.stale ?? false;
  }
}
