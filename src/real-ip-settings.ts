import { SettingsError } from './errors.js';
import { parseCidr } from './ip-address.js';
import type { Given } from './listen-settings.js';

/** Whom to believe about where a request came from, and how it is told: plain JSON. */
export interface RealIpSettings {
  /** Addresses and blocks of them; empty where nobody is believed. */
  readonly trustedIps: readonly string[];
  /** The header that names the client, in any case of letters, or `proxy_protocol`. */
  readonly header: string;
  /** Whether trusted addresses in that header are passed over. */
  readonly recursive: boolean;
}

/** Stands for a header where the PROXY protocol names the client. */
const PROXY_PROTOCOL = 'proxy_protocol';

/** Kong's defaults: nobody is believed. */
export const NOBODY_TRUSTED: RealIpSettings = { trustedIps: [], header: 'X-Real-IP', recursive: false };

/** Whether a `header` is none, but the PROXY protocol. */
export function isProxyProtocol(header: string): boolean {
  return header.toLowerCase() === PROXY_PROTOCOL;
}

const FIELD_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** What was given; undefined where nothing was. */
export interface GivenRealIp {
  readonly trustedIps: Given | undefined;
  readonly header: Given | undefined;
  readonly recursive: boolean;
  /** Whether a listener expects the PROXY protocol. */
  readonly proxied: boolean;
}

/** Reads trusted_ips, real_ip_header and real_ip_recursive. Throws SettingsError; what has no effect is warned of. */
export function readRealIp(given: GivenRealIp, warnings: string[]): RealIpSettings {
  const trustedIps = given.trustedIps === undefined ? [] : parseTrustedIps(given.trustedIps);
  const header = given.header === undefined ? NOBODY_TRUSTED.header : parseHeader(given.header);
  if (given.header !== undefined && trustedIps.length === 0) {
    warnings.push(`${given.header.from} has no effect: trusted_ips names nobody to believe`);
  } else if (given.header !== undefined && isProxyProtocol(header) && !given.proxied) {
    const missing = `no listener of proxy_listen has the flag ${PROXY_PROTOCOL}`;
    warnings.push(`${given.header.from}: "${PROXY_PROTOCOL}" has no effect: ${missing}`);
  }
  return { trustedIps, header, recursive: given.recursive };
}

function parseTrustedIps({ from, value }: Given): readonly string[] {
  const entries = value.split(',').map((entry) => entry.trim());
  for (const entry of entries) {
    if (entry.toLowerCase() === 'unix:') {
      throw new SettingsError(
        `${from}: "${entry}" is not supported, for there are no listeners on sockets of files`,
      );
    }
    if (parseCidr(entry) === undefined) {
      throw new SettingsError(
        `${from}: "${entry}" is neither an address nor a block of them: write "10.0.0.0/8, 192.0.2.1, fd00::/8"`,
      );
    }
  }
  return entries;
}

function parseHeader({ from, value }: Given): string {
  if (!FIELD_NAME.test(value)) {
    throw new SettingsError(
      `${from}: "${value}" is no name of a header: write X-Real-IP, X-Forwarded-For, another, or ${PROXY_PROTOCOL}`,
    );
  }
  return value;
}
