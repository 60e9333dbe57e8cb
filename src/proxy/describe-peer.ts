import type { Socket } from 'node:net';
import { unmapIp } from '../ip-address.js';
import type { PortMaps } from '../listen-settings.js';
import type { ClientPeer } from './client-stream.js';
import type { RealIp } from './real-ip.js';

/** What connections are looked at with. */
export interface PeerSettings {
  readonly realIp: RealIp;
  readonly portMaps: PortMaps;
}

/** Who is at the other end of an accepted socket. `proxied`: the client that the PROXY protocol has named. */
export function describePeer(
  socket: Socket,
  proxied: string | undefined,
  { realIp, portMaps }: PeerSettings,
): ClientPeer {
  const address = unmapIp(socket.remoteAddress ?? '');
  const port = socket.localPort ?? 0;
  return {
    address,
    port: portMaps[port] ?? port,
    scheme: 'http',
    sni: undefined,
    trusted: realIp.trusts(address),
    proxied,
  };
}
