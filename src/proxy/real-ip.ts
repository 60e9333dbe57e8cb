import { isIPv6 } from 'node:net';
import { AddressSet, type Cidr, parseCidr, parseIp } from '../ip-address.js';
import { isProxyProtocol, type RealIpSettings } from '../real-ip-settings.js';
import type { ClientPeer } from './client-stream.js';

const FORWARDED_FOR = 'x-forwarded-for';
const ADDRESS_AND_PORT = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/;

/** Finds the client behind trusted peers, by the rules of nginx's ngx_http_realip_module. */
export class RealIp {
  readonly #trusted: AddressSet;
  readonly #header: string;
  readonly #proxyProtocol: boolean;
  readonly #recursive: boolean;

  /** The settings must have been read by `readRealIp`. */
  constructor({ trustedIps, header, recursive }: RealIpSettings) {
    this.#trusted = new AddressSet(
      trustedIps.map(parseCidr).filter((block): block is Cidr => block !== undefined),
    );
    this.#header = header.toLowerCase();
    this.#proxyProtocol = isProxyProtocol(header);
    this.#recursive = recursive;
  }

  /** Whether what a peer says about its clients is believed. */
  trusts(address: string): boolean {
    return this.#trusted.has(address);
  }

  /** The address of the client that a request comes from: the peer's own, unless the peer is trusted and names another. */
  clientOf(peer: ClientPeer, rawHeaders: readonly string[]): string {
    if (!peer.trusted) return peer.address;
    if (this.#proxyProtocol) return peer.proxied ?? peer.address;
    const lines = linesOf(rawHeaders, this.#header);
    return this.#walk(peer.address, this.#header === FORWARDED_FOR ? lines : lines.slice(0, 1));
  }

  /** From the last element on, as long as addresses are trusted and elements are addresses. */
  #walk(peer: string, lines: readonly string[]): string {
    let address = peer;
    for (const line of lines.toReversed()) {
      const elements = line.split(/[ \t,]+/).filter((element) => element !== '');
      if (elements.length === 0) return address;
      for (const element of elements.reverse()) {
        const next = readElement(element);
        if (next === undefined) return address;
        address = next;
        if (!this.#recursive || !this.#trusted.has(address)) return address;
      }
    }
    return address;
  }
}

function linesOf(rawHeaders: readonly string[], name: string): string[] {
  const lines: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const field = rawHeaders[i] ?? '';
    if (field.length === name.length && field.toLowerCase() === name) lines.push(rawHeaders[i + 1] ?? '');
  }
  return lines;
}

/** An address, perhaps with a port: `192.0.2.1:80`, `[2001:db8::1]:80`. */
function readElement(text: string): string | undefined {
  const plain = parseIp(text);
  if (plain !== undefined) return plain;
  const [, bracketed, bare = '', port] = ADDRESS_AND_PORT.exec(text) ?? [];
  if (port === undefined || Number(port) === 0 || Number(port) > 65_535) return undefined;
  if (bracketed === undefined) return parseIp(bare);
  return isIPv6(bracketed) ? parseIp(bracketed) : undefined;
}
