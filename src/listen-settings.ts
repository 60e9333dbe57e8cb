import { isIPv4, isIPv6 } from 'node:net';
import { SettingsError } from './errors.js';

/** Where a listener stands. Port 0 asks for any free port. IPv6 addresses carry no brackets. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** A listener with the flags of Kong's `proxy_listen` that change what is spoken on it; absent ones are off. */
export interface Listener extends ListenAddress {
  /** TLS. */
  readonly ssl?: boolean;
  /** HTTP/2 beside HTTP/1.1: by ALPN with `ssl`, else with prior knowledge. */
  readonly http2?: boolean;
  /** The PROXY protocol is expected in front of each connection. */
  readonly proxyProtocol?: boolean;
}

/** Flags of nginx's listen directive that tune its sockets and change nothing a client could see. */
const TUNING_FLAG = /^(reuseport|deferred|bind|backlog=\d+|so_keepalive=\S+|ipv6only=(on|off))$/;
/** Flags that a listener of proxy_listen, or of admin_listen and status_listen, cannot have here. */
const UNSUPPORTED_FLAGS: Readonly<Record<'proxy' | 'admin', ReadonlySet<string>>> = {
  proxy: new Set(['udp']),
  admin: new Set(['proxy_protocol', 'udp']),
};
/** Flags that say what is spoken. */
const PROTOCOL_FLAGS: ReadonlySet<string> = new Set(['ssl', 'http2', 'proxy_protocol']);

const HOST_NAME = /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/i;
const LISTEN_EXAMPLE = '"0.0.0.0:8000", "[::]:8000", several separated by commas, or "off"';

/** A value with the place it came from, for messages. */
export interface Given {
  readonly from: string;
  readonly value: string;
}

/** Reads the addresses of `proxy_listen`, or of the APIs' listeners, in Kong's syntax. Throws SettingsError. */
export function parseListen(
  { from, value }: Given,
  kind: 'proxy' | 'admin',
  warnings: string[],
): readonly Listener[] {
  const entries = value.split(',').map((entry) => entry.trim());
  if (entries.length === 1 && entries[0]?.toLowerCase() === 'off') return [];
  return entries.map((entry) => {
    const [place = '', ...flags] = entry.split(/\s+/);
    for (const flag of flags) checkListenFlag(from, kind, entry, flag, warnings);
    return { ...parseAddress(from, place), ...protocolsOf(flags) };
  });
}

function checkListenFlag(
  from: string,
  kind: 'proxy' | 'admin',
  entry: string,
  flag: string,
  warnings: string[],
): void {
  if (UNSUPPORTED_FLAGS[kind].has(flag)) {
    throw new SettingsError(`${from}: "${flag}" in "${entry}" is not supported yet: leave this listener out`);
  }
  if (PROTOCOL_FLAGS.has(flag)) return;
  if (!TUNING_FLAG.test(flag)) {
    throw new SettingsError(
      `${from}: unknown flag "${flag}" in "${entry}": write host:port, and separate listeners by commas`,
    );
  }
  const warning = `${from}: "${flag}" tunes nginx and has no effect here`;
  if (!warnings.includes(warning)) warnings.push(warning);
}

function protocolsOf(flags: readonly string[]): Omit<Listener, keyof ListenAddress> {
  return {
    ...(flags.includes('ssl') ? { ssl: true } : {}),
    ...(flags.includes('http2') ? { http2: true } : {}),
    ...(flags.includes('proxy_protocol') ? { proxyProtocol: true } : {}),
  };
}

function parseAddress(from: string, place: string): ListenAddress {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(place);
  const [, bracketed, plain, digits] = match ?? [];
  const host = bracketed ?? plain ?? '';
  const port = Number(digits);
  const valid = bracketed === undefined ? isHost(host) : isIPv6(host);
  if (!valid || !(port <= 65_535)) {
    throw new SettingsError(`${from}: "${place}" is not an address to listen on: write ${LISTEN_EXAMPLE}`);
  }
  return { host, port };
}

function isHost(host: string): boolean {
  // Digits and dots alone are an IPv4 address or a mistake, never a name (RFC 1123, 2.1).
  return /^[\d.]*$/.test(host) ? isIPv4(host) : HOST_NAME.test(host);
}

/** The port that clients reach, by the port that is listened on. Plain JSON, the keys are decimal. */
export type PortMaps = Readonly<Record<string, number>>;

/** Reads `port_maps`: `443:8443` where something in front takes 443 to 8443. Throws SettingsError. */
export function parsePortMaps({ from, value }: Given): PortMaps {
  const maps: Record<string, number> = {};
  for (const entry of value.split(',').map((text) => text.trim())) {
    const [, outer = '', inner = ''] = /^(\d{1,5})\s*:\s*(\d{1,5})$/.exec(entry) ?? [];
    if (!isPort(outer) || !isPort(inner)) {
      throw new SettingsError(`${from}: "${entry}" maps no port to another: write "80:8000, 443:8443"`);
    }
    if (maps[String(Number(inner))] !== undefined) {
      throw new SettingsError(
        `${from}: port ${Number(inner)} is mapped twice: name one port that clients reach`,
      );
    }
    maps[String(Number(inner))] = Number(outer);
  }
  return maps;
}

function isPort(digits: string): boolean {
  return Number(digits) >= 1 && Number(digits) <= 65_535;
}

/** `port_maps` as Kong's setting spells it. */
export function describePortMaps(maps: PortMaps): readonly string[] {
  return Object.entries(maps).map(([inner, outer]) => `${outer}:${inner}`);
}

/** Reads the listeners of the Admin and the Status API, which speak HTTP/1.1 only. Throws SettingsError. */
export function parseHttp1Listen(given: Given, warnings: string[]): readonly Listener[] {
  return parseListen(given, 'admin', warnings).map(({ http2, ...listener }) => {
    const warning = `${given.from}: "http2" has no effect here: HTTP/1.1 is spoken`;
    if (http2 === true && !warnings.includes(warning)) warnings.push(warning);
    return listener;
  });
}

/** Throws SettingsError where two listeners are to stand on one address. */
export function refuseTwice(addresses: readonly ListenAddress[]): void {
  const seen = new Set<string>();
  for (const address of addresses) {
    const text = formatAddress(address);
    if (address.port !== 0 && seen.has(text)) {
      throw new SettingsError(`two listeners are to stand on ${text}: give one of them another port`);
    }
    seen.add(text);
  }
}

/** `host:port`, with the brackets an IPv6 address needs in a URL (RFC 3986, 3.2.2). */
export function formatAddress(address: ListenAddress): string {
  return `${isIPv6(address.host) ? `[${address.host}]` : address.host}:${address.port}`;
}

/** Listeners as Kong's setting spells them, with what they speak. */
export function describeListen(listeners: readonly Listener[]): readonly string[] {
  return listeners.length === 0 ? ['off'] : listeners.map(describeListener);
}

function describeListener(listener: Listener): string {
  const flags = [
    ...(listener.ssl ? ['ssl'] : []),
    ...(listener.http2 ? ['http2'] : []),
    ...(listener.proxyProtocol ? ['proxy_protocol'] : []),
  ];
  return [formatAddress(listener), ...flags].join(' ');
}
