import { isIP } from 'node:net';

/** Endings of names that nobody can register, so that no stranger's page can be served under them (RFC 6761, 6762). */
const PRIVATE_ENDINGS = [
  'localhost',
  'local',
  'internal',
  'lan',
  'home.arpa',
  'test',
  'svc',
  'cluster.local',
];

/**
 * Whether a request that came in over the loopback interface may be answered, by its Host. The Admin API asks for no
 * password because only this machine reaches it, and so a browser on this machine must not be led to it by a foreign
 * page whose name was made to resolve to 127.0.0.1 (DNS rebinding): a public name is refused unless it is `allowed`.
 */
export function isLocalHost(host: string, allowed: readonly string[]): boolean {
  const name = host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase();
  if (isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0) return true;
  if (!name.includes('.') || allowed.includes(name)) return true;
  return PRIVATE_ENDINGS.some((ending) => name.endsWith(`.${ending}`));
}

/** Whether a socket's own address is one of the loopback interface's. */
export function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(?:::ffff:)?127\.|^::1$/.test(address);
}
