import { isIPv6 } from 'node:net';

/** What the text of a target says. */
export interface TargetAddress {
  /** A name as it was written; an IPv4 address without leading zeros; an IPv6 address in full, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Whether the host is a name that has to be resolved. */
  readonly isName: boolean;
}

/** The port of a target that names none, as in Kong. */
const DEFAULT_PORT = 8000;

const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/**
 * Reads `host`, `host:port`, `address`, `[address]` or `[address]:port`, with any number of zeros before the port. The
 * schema has vouched for the rest; undefined for what looks like an IPv6 address and is none.
 */
export function parseTarget(text: string): TargetAddress | undefined {
  const bracketed = /^\[(.*)\](?::(\d+))?$/.exec(text);
  if (bracketed !== null) return ofIPv6(bracketed[1] ?? '', portOf(bracketed[2]));
  const [host = '', port, ...more] = text.split(':');
  if (more.length > 0) return ofIPv6(text, DEFAULT_PORT);
  if (!IPV4.test(host)) return { host, port: portOf(port), isName: true };
  return { host: host.split('.').map(Number).join('.'), port: portOf(port), isName: false };
}

/** The text of a target as Kong stores and shows it: always with its port, IPv6 in full and in brackets. */
export function formatTarget({ host, port }: Pick<TargetAddress, 'host' | 'port'>): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function portOf(text: string | undefined): number {
  return text === undefined ? DEFAULT_PORT : Number(text);
}

function ofIPv6(text: string, port: number): TargetAddress | undefined {
  return isIPv6(text) ? { host: expand(text), port, isName: false } : undefined;
}

/** Eight groups of four digits (RFC 4291, 2.2, read backwards). */
function expand(address: string): string {
  const [before = '', after] = address.toLowerCase().split('::');
  const left = groups(before);
  const right = after === undefined ? [] : groups(after);
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join(':');
}

/** An IPv4 address at the end stands for two groups. */
function groups(part: string): readonly string[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [group];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
  });
}
