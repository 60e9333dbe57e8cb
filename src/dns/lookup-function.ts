import { isIPv6, type LookupFunction } from 'node:net';
import { messageOf } from '../errors.js';
import { ResolveError } from './resolve-error.js';
import type { ResolvedAddress, Resolver } from './resolver.js';

/**
 * A `lookup` for Node's sockets. It fails as the system's own does, with ENOTFOUND or EAI_AGAIN, and keeps the
 * ResolveError as the cause. Every call begins with another address; ports and weights of SRV records do not count.
 */
export function lookupFunction(resolver: Resolver): LookupFunction {
  let calls = 0;
  return (hostname, options, callback) => {
    const settle = (addresses: readonly ResolvedAddress[]): void => {
      const found = addresses.map(({ address }) => ({ address, family: isIPv6(address) ? 6 : 4 }));
      const wanted = found.filter(({ family }) => isWanted(family, options.family));
      const start = calls % Math.max(1, wanted.length);
      calls = (calls + 1) % Number.MAX_SAFE_INTEGER;
      const turned = [...wanted.slice(start), ...wanted.slice(0, start)];
      const [first] = turned;
      if (first === undefined) {
        callback(lookupError('ENOTFOUND', hostname, 'no address of the wanted family', undefined), '');
      } else if (options.all === true) callback(null, turned);
      else callback(null, first.address, first.family);
    };
    resolver.resolve(hostname).then(settle, (error: unknown) => {
      const isFailure = !(error instanceof ResolveError) || error.isFailure;
      callback(lookupError(isFailure ? 'EAI_AGAIN' : 'ENOTFOUND', hostname, messageOf(error), error), '');
    });
  };
}

function isWanted(family: number, wanted: number | 'IPv4' | 'IPv6' | undefined): boolean {
  if (wanted === undefined || wanted === 0) return true;
  return family === (wanted === 'IPv4' ? 4 : wanted === 'IPv6' ? 6 : wanted);
}

function lookupError(code: string, hostname: string, reason: string, cause: unknown): NodeJS.ErrnoException {
  const error = new Error(`${code} ${hostname}: ${reason}`, { cause });
  // Whoever tells these errors from others goes by this.
  return Object.assign(error, { code, syscall: 'getaddrinfo', hostname });
}
