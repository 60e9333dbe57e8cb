import { BlockList, isIPv4, isIPv6, SocketAddress } from 'node:net';

/** A block of addresses: all that share the first `prefix` bits of `address`. */
export interface Cidr {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly prefix: number;
}

const MAPPED = '::ffff:';

/** The canonical text (RFC 5952) of an IP address; undefined for anything else, one with a zone included. */
export function parseIp(text: string): string | undefined {
  if (isIPv4(text)) return text;
  // Node takes "fe80::1%eth0" for an address; its zone means nothing to another machine.
  if (!isIPv6(text) || text.includes('%')) return undefined;
  return new SocketAddress({ address: text, family: 'ipv6' }).address;
}

/** The IPv4 address that a canonical IPv6 one stands for (RFC 4291, 2.5.5.2); other addresses as they are. */
export function unmapIp(address: string): string {
  return address.startsWith(MAPPED) && address.includes('.') ? address.slice(MAPPED.length) : address;
}

/** Reads an address, or a block of them as `10.0.0.0/8`; bits behind the prefix do not matter, as in nginx. */
export function parseCidr(text: string): Cidr | undefined {
  const [, part = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseIp(part);
  if (address === undefined) return undefined;
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  const width = family === 'ipv4' ? 32 : 128;
  const prefix = bits === undefined ? width : Number(bits);
  return prefix <= width ? { address, family, prefix } : undefined;
}

/** Addresses given as blocks. As in nginx, an IPv4 address is in no block of IPv6, however it is written. */
export class AddressSet {
  // Node's BlockList takes every IPv4 address to be in ::/0.
  readonly #ipv4 = new BlockList();
  readonly #ipv6 = new BlockList();
  readonly #empty: boolean;

  constructor(blocks: readonly Cidr[]) {
    this.#empty = blocks.length === 0;
    for (const { address, family, prefix } of blocks) {
      const list = family === 'ipv4' ? this.#ipv4 : this.#ipv6;
      list.addSubnet(address, prefix, family);
    }
  }

  /** Whether an address in canonical text is one of them. */
  has(address: string): boolean {
    if (this.#empty) return false;
    const plain = unmapIp(address);
    return isIPv4(plain) ? this.#ipv4.check(plain, 'ipv4') : this.#ipv6.check(plain, 'ipv6');
  }
}
