import { CachingResolver } from '#gateway/dns/caching-resolver.js';
import type { Clock } from '#gateway/dns/clock.js';
import { DnsClient } from '#gateway/dns/dns-client.js';
import { parseHosts } from '#gateway/dns/hosts.js';
import { parseResolvConf } from '#gateway/dns/resolv-conf.js';
import { ResolveError, type ResolveErrorCode } from '#gateway/dns/resolve-error.js';
import { DEFAULT_DNS_SETTINGS, type DnsSettings } from '#gateway/dns-settings.js';
import type { Logger } from '#gateway/log.js';
import { ManualClock } from './manual-clock.js';

/** A logger that keeps its sentences. */
export function recordingLog(lines: string[]): Logger {
  const line = (_fields: object, message: string): void => {
    lines.push(message);
  };
  return { debug: line, info: line, warn: line, error: line };
}

/** What tests set of a resolver. */
export interface TestResolverOptions {
  readonly ports: readonly number[];
  readonly settings?: Partial<DnsSettings>;
  readonly hosts?: string;
  /** Lines of resolv.conf besides its nameservers. */
  readonly resolvConf?: string;
  readonly clock?: Clock;
  /** Milliseconds a nameserver has to reply. */
  readonly timeout?: number;
  readonly lines?: string[];
}

/** A resolver that asks nameservers on 127.0.0.1. */
export function createTestResolver(options: TestResolverOptions): CachingResolver {
  const { ports, hosts = '', resolvConf = '', clock = new ManualClock(), timeout = 5_000 } = options;
  const conf = parseResolvConf(resolvConf, {});
  const nameservers = ports.map((port) => ({ host: '127.0.0.1', port }));
  return new CachingResolver({
    settings: { ...DEFAULT_DNS_SETTINGS, ...options.settings },
    search: conf,
    hosts: parseHosts(hosts),
    client: new DnsClient({ ...conf, nameservers, timeout }),
    clock,
    log: recordingLog(options.lines ?? []),
  });
}

/** For assert.rejects and assert.throws: a ResolveError of this code whose message says this. */
export function resolveError(code: ResolveErrorCode, message = /./): (error: unknown) => boolean {
  return (error) => {
    if (!(error instanceof ResolveError)) throw error;
    if (error.code !== code)
      throw new Error(`${code} was expected instead of ${error.code}: ${error.message}`);
    return message.test(error.message);
  };
}
