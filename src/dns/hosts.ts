import { isIPv4, isIPv6 } from 'node:net';
import type { AddressType } from './message.js';
import { withoutDot } from './name.js';

/** The address of each type a name has. */
export type HostAddresses = Readonly<Partial<Record<AddressType, string>>>;

/** The names of a hosts file, in lower case. */
export type Hosts = ReadonlyMap<string, HostAddresses>;

const LOCALHOST: HostAddresses = { A: '127.0.0.1', AAAA: '::1' };

/** Reads the text of a hosts file. The first address of each type counts, lines that are none are passed over. */
export function parseHosts(text: string): Hosts {
  const hosts = new Map<string, HostAddresses>();
  for (const line of text.split(/\r?\n/)) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/);
    const type = isIPv4(address) ? 'A' : isIPv6(address) ? 'AAAA' : undefined;
    if (type === undefined) continue;
    for (const name of names.map(withoutDot)) {
      hosts.set(name, { [type]: address, ...hosts.get(name) });
    }
  }
  return hosts;
}

/** What the hosts file says of a name in lower case. `localhost` and all below it is loopback (RFC 6761, 6.3). */
export function addressesOfHost(hosts: Hosts, name: string): HostAddresses {
  const bare = withoutDot(name);
  const isLocal = bare === 'localhost' || bare.endsWith('.localhost');
  return hosts.get(bare) ?? (isLocal ? LOCALHOST : {});
}
