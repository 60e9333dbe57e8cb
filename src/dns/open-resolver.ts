import { readFile } from 'node:fs/promises';
import type { DnsSettings } from '../dns-settings.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../log.js';
import { CachingResolver } from './caching-resolver.js';
import { type Clock, systemClock } from './clock.js';
import { DnsClient } from './dns-client.js';
import { parseHosts } from './hosts.js';
import { parseResolvConf, type ResolverEnvironment } from './resolv-conf.js';
import type { Resolver } from './resolver.js';

/** What a resolver takes besides its settings. */
export interface OpenResolverOptions {
  readonly settings: DnsSettings;
  /** Where LOCALDOMAIN and RES_OPTIONS may stand. */
  readonly environment: ResolverEnvironment;
  readonly log: Logger;
  readonly resolvConf?: string;
  readonly clock?: Clock;
}

const RESOLV_CONF = '/etc/resolv.conf';

/** Reads hosts file and resolv.conf, once; one that cannot be read is announced and counts as empty. */
export async function openResolver(options: OpenResolverOptions): Promise<Resolver> {
  const { settings, environment, log, resolvConf = RESOLV_CONF, clock = systemClock } = options;
  const hosts = parseHosts(await readText(settings.hostsFile, log));
  const conf = parseResolvConf(await readText(resolvConf, log), environment);
  const nameservers = settings.resolver.length === 0 ? conf.nameservers : settings.resolver;
  const client = new DnsClient({ ...conf, nameservers });
  return new CachingResolver({ settings, search: conf, hosts, client, clock, log });
}

async function readText(path: string, log: Logger): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    log.warn({ file: path }, `names are resolved without ${path}: ${messageOf(error)}`);
    return '';
  }
}
