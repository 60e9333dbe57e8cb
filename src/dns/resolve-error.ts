import { GatewayError } from '../errors.js';

/** Why a name has no address. Only `name_not_found` and `name_invalid` are statements about the name itself. */
export type ResolveErrorCode =
  | 'name_invalid'
  | 'name_not_found'
  | 'dns_server_failed'
  | 'dns_timeout'
  | 'dns_unreachable'
  | 'dns_malformed'
  | 'resolver_closed';

/** A name that could not be resolved, or a question that no nameserver answered. The message says which, and why. */
export class ResolveError extends GatewayError {
  declare readonly code: ResolveErrorCode;
  readonly hostname: string;

  constructor(code: ResolveErrorCode, hostname: string, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.hostname = hostname;
  }

  /** Whether the nameservers failed rather than said that the name has no address: what was known still counts. */
  get isFailure(): boolean {
    return this.code !== 'name_not_found' && this.code !== 'name_invalid';
  }
}
