import { isIP } from 'node:net';
import type { Nameserver } from '../dns-settings.js';
import type { SearchRules } from './name.js';

/** What resolv.conf says about whom to ask, and how. */
export interface ResolvConf extends SearchRules {
  /** In the order in which to ask; never empty. */
  readonly nameservers: readonly Nameserver[];
  /** Milliseconds a nameserver has to reply. */
  readonly timeout: number;
  /** How often the whole list of nameservers is gone through. */
  readonly attempts: number;
  /** Whether each question begins at the next nameserver. */
  readonly rotate: boolean;
}

/** The variables that override resolv.conf (resolv.conf(5)). */
export type ResolverEnvironment = Readonly<Record<string, string | undefined>>;

const DNS_PORT = 53;
const LOCAL_NAMESERVER: Nameserver = { host: '127.0.0.1', port: DNS_PORT };

/** The limits of resolv.conf(5): more nameservers and larger numbers are cut. */
const MAX_NAMESERVERS = 3;
const MAX_NDOTS = 15;
const MAX_TIMEOUT = 30;
const MAX_ATTEMPTS = 5;

interface Draft {
  nameservers: Nameserver[];
  search: readonly string[];
  ndots: number;
  timeout: number;
  attempts: number;
  rotate: boolean;
}

/**
 * Reads the text of a resolv.conf, overridden by LOCALDOMAIN and RES_OPTIONS. Whatever is not understood is passed
 * over, as every resolver does. Two seconds a reply are Kong's default, two rounds that of resolv.conf(5).
 */
export function parseResolvConf(text: string, env: ResolverEnvironment): ResolvConf {
  const draft: Draft = { nameservers: [], search: [], ndots: 1, timeout: 2_000, attempts: 2, rotate: false };
  for (const line of text.split(/\r?\n/)) readLine(draft, line);
  const domains = words(env['LOCALDOMAIN'] ?? '');
  if (domains.length > 0) draft.search = searchList(domains);
  for (const option of words(env['RES_OPTIONS'] ?? '')) readOption(draft, option);
  return { ...draft, nameservers: draft.nameservers.length === 0 ? [LOCAL_NAMESERVER] : draft.nameservers };
}

function readLine(draft: Draft, line: string): void {
  const [keyword, ...values] = words(line.replace(/[#;].*/, ''));
  const [first] = values;
  if (keyword === undefined || first === undefined) return;
  if (keyword === 'nameserver' && isIP(first) !== 0 && draft.nameservers.length < MAX_NAMESERVERS) {
    draft.nameservers.push({ host: first, port: DNS_PORT });
  }
  // The two exclude each other: the last one counts.
  if (keyword === 'domain') draft.search = searchList([first]);
  if (keyword === 'search') draft.search = searchList(values);
  if (keyword === 'options') for (const option of values) readOption(draft, option);
}

function readOption(draft: Draft, option: string): void {
  if (option === 'rotate') draft.rotate = true;
  const [, name, digits] = /^(ndots|timeout|attempts):(\d{1,9})$/.exec(option) ?? [];
  const value = Number(digits);
  if (name === 'ndots') draft.ndots = Math.min(value, MAX_NDOTS);
  // A zero would mean to ask and not to listen.
  if (name === 'timeout' && value > 0) draft.timeout = Math.min(value, MAX_TIMEOUT) * 1000;
  if (name === 'attempts' && value > 0) draft.attempts = Math.min(value, MAX_ATTEMPTS);
}

/** The root as a domain to search adds nothing to a name. */
function searchList(domains: readonly string[]): readonly string[] {
  return domains
    .map((domain) => domain.toLowerCase().replace(/^\.+|\.+$/g, ''))
    .filter((domain) => domain !== '');
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
