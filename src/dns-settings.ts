import { isIP, isIPv4, isIPv6 } from 'node:net';
import { SettingsError } from './errors.js';

/** A nameserver: an IP address, an IPv6 one without brackets, and a port. */
export interface Nameserver {
  readonly host: string;
  readonly port: number;
}

/** What `dns_order` lists: the types to ask for, and LAST, the type a name had when it was last resolved. */
export const DNS_ORDER_TYPES = ['LAST', 'SRV', 'A', 'AAAA', 'CNAME'] as const;
export type DnsOrderType = (typeof DNS_ORDER_TYPES)[number];

/** How names are resolved (`dns_…`). Times are milliseconds. */
export interface DnsSettings {
  /** Whom to ask instead of the nameservers of resolv.conf; empty where resolv.conf counts. */
  readonly resolver: readonly Nameserver[];
  readonly hostsFile: string;
  readonly order: readonly DnsOrderType[];
  /** How long records are used whatever their own lifetime says. */
  readonly validTtl: number | undefined;
  /** How long past their lifetime records are used while the nameservers fail or are being asked. */
  readonly staleTtl: number;
  readonly notFoundTtl: number;
  readonly errorTtl: number;
  /** Names kept, the least recently used ones make room; as many answers are kept beside them. */
  readonly cacheSize: number;
}

export const DEFAULT_DNS_SETTINGS: DnsSettings = {
  resolver: [],
  hostsFile: '/etc/hosts',
  order: ['LAST', 'SRV', 'A', 'CNAME'],
  validTtl: undefined,
  staleTtl: 3_600_000,
  notFoundTtl: 30_000,
  errorTtl: 1_000,
  cacheSize: 10_000,
};

/** The variables these settings are read from. */
export const DNS_VARIABLES: readonly string[] = [
  'KONG_DNS_RESOLVER',
  'KONG_DNS_HOSTSFILE',
  'KONG_DNS_ORDER',
  'KONG_DNS_VALID_TTL',
  'KONG_DNS_STALE_TTL',
  'KONG_DNS_NOT_FOUND_TTL',
  'KONG_DNS_ERROR_TTL',
  'KONG_DNS_CACHE_SIZE',
];

const DNS_PORT = 53;
const MAX_SECONDS = 315_360_000;
const MAX_CACHE_SIZE = 1_000_000;

/** Reads the settings through `variable`, which returns what is set. Throws SettingsError naming what cannot be used. */
export function readDnsSettings(variable: (name: string) => string | undefined): DnsSettings {
  const usual = DEFAULT_DNS_SETTINGS;
  const seconds = (name: string): number | undefined => {
    const value = variable(name);
    return value === undefined ? undefined : parseNumber(name, value, /^\d+(\.\d+)?$/, 0, MAX_SECONDS) * 1000;
  };
  const resolver = variable('KONG_DNS_RESOLVER');
  const order = variable('KONG_DNS_ORDER');
  const cacheSize = variable('KONG_DNS_CACHE_SIZE');
  return {
    resolver: resolver === undefined ? usual.resolver : splitList(resolver).map(parseNameserver),
    hostsFile: variable('KONG_DNS_HOSTSFILE') ?? usual.hostsFile,
    order: order === undefined ? usual.order : parseOrder(order),
    validTtl: seconds('KONG_DNS_VALID_TTL'),
    staleTtl: seconds('KONG_DNS_STALE_TTL') ?? usual.staleTtl,
    notFoundTtl: seconds('KONG_DNS_NOT_FOUND_TTL') ?? usual.notFoundTtl,
    errorTtl: seconds('KONG_DNS_ERROR_TTL') ?? usual.errorTtl,
    cacheSize:
      cacheSize === undefined
        ? usual.cacheSize
        : parseNumber('KONG_DNS_CACHE_SIZE', cacheSize, /^\d+$/, 1, MAX_CACHE_SIZE),
  };
}

/** The settings in Kong's spelling and units, for the Admin API's `configuration`. */
export function describeDnsSettings(dns: DnsSettings): Readonly<Record<string, unknown>> {
  return {
    dns_resolver: dns.resolver.map(formatNameserver),
    dns_hostsfile: dns.hostsFile,
    dns_order: dns.order,
    dns_valid_ttl: dns.validTtl === undefined ? null : dns.validTtl / 1000,
    dns_stale_ttl: dns.staleTtl / 1000,
    dns_not_found_ttl: dns.notFoundTtl / 1000,
    dns_error_ttl: dns.errorTtl / 1000,
    dns_cache_size: dns.cacheSize,
  };
}

/** `ip:port`, an IPv6 address in brackets. */
export function formatNameserver({ host, port }: Nameserver): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function splitList(value: string): readonly string[] {
  return value.split(',').map((entry) => entry.trim());
}

function parseNameserver(entry: string): Nameserver {
  if (isIP(entry) !== 0) return { host: entry, port: DNS_PORT };
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(entry) ?? [];
  const host = bracketed ?? plain ?? '';
  const port = digits === undefined ? DNS_PORT : Number(digits);
  const isAddress = bracketed === undefined ? isIPv4(host) : isIPv6(host);
  if (!isAddress || port < 1 || port > 65_535) {
    throw new SettingsError(
      `KONG_DNS_RESOLVER: "${entry}" is no nameserver: write IP addresses, 10.0.0.2 or [fd00::2]:53 for example`,
    );
  }
  return { host, port };
}

function parseOrder(value: string): readonly DnsOrderType[] {
  const order = splitList(value).map((word) => {
    const type = DNS_ORDER_TYPES.find((known) => known === word.toUpperCase());
    if (type === undefined) {
      throw new SettingsError(
        `KONG_DNS_ORDER: "${word}" is no type to ask for: write some of ${DNS_ORDER_TYPES.join(', ')}`,
      );
    }
    return type;
  });
  // The others lead to an address only by way of one of these.
  if (!order.includes('A') && !order.includes('AAAA')) {
    throw new SettingsError(`KONG_DNS_ORDER: "${value}" never asks for an address: add A, AAAA or both`);
  }
  return order;
}

function parseNumber(name: string, value: string, pattern: RegExp, min: number, max: number): number {
  const number = pattern.test(value) ? Number(value) : Number.NaN;
  if (!(number >= min && number <= max)) {
    throw new SettingsError(`${name}: "${value}" cannot be used: write a number from ${min} to ${max}`);
  }
  return number;
}
