import { isIP, isIPv6 } from 'node:net';
import type { HealthChecks } from '../../config/entities.js';
import type { CheckedUpstream, ClientCertificate } from './health-hold.js';
import type { TargetAddress } from './health-state.js';

/** One probe: where it connects and what it sends. */
export interface ProbeRequest {
  readonly address: string;
  readonly port: number;
  /** Milliseconds for all of it. */
  readonly timeout: number;
  /** The request, or undefined where making the connection is all that is asked. */
  readonly head: string | undefined;
  readonly tls: ProbeTls | undefined;
}

/** How a probe does TLS. */
export interface ProbeTls {
  /** The name in the handshake; none for an IP address (RFC 6066 3). */
  readonly servername: string | undefined;
  /** The name or IP address the certificate must be for. */
  readonly identity: string;
  readonly verify: boolean;
  readonly protocols: readonly string[];
  readonly clientCertificate: ClientCertificate | undefined;
}

/** What `timeout: 0` stands for: the time limit of OpenResty's sockets, which Kong's probes then fall back to. */
const NO_TIMEOUT_SECONDS = 60;

/**
 * The probe of a target. `http` and `https` ask for `http_path`; the others only connect, `grpcs` with a TLS
 * handshake that offers HTTP/2: the gRPC health protocol is not spoken.
 */
export function probeRequest(upstream: CheckedUpstream, target: TargetAddress): ProbeRequest {
  const { active } = upstream.healthchecks;
  const asks = active.type === 'http' || active.type === 'https';
  const secure = active.type === 'https' || active.type === 'grpcs';
  return {
    address: target.address,
    port: target.port,
    timeout: (active.timeout === 0 ? NO_TIMEOUT_SECONDS : active.timeout) * 1_000,
    head: asks ? probeHead(active, upstream.host_header ?? hostOf(target.hostname)) : undefined,
    tls: secure ? probeTls(upstream, target) : undefined,
  };
}

/** HTTP/1.0 as Kong's, so that the answer ends with the connection. A Host among the headers replaces `host`. */
function probeHead(active: HealthChecks['active'], host: string): string {
  const headers = Object.entries(active.headers ?? {});
  const lines = headers.flatMap(([name, values]) => values.map((value) => `${name}: ${plain(value)}`));
  if (!headers.some(([name]) => name.toLowerCase() === 'host')) lines.push(`Host: ${host}`);
  return `GET ${active.http_path} HTTP/1.0\r\n${lines.join('\r\n')}\r\n\r\n`;
}

/** A value must not end its line (RFC 9110 5.5). */
function plain(value: string): string {
  return value.replace(/[\r\n\0]/g, ' ');
}

function hostOf(hostname: string): string {
  return isIPv6(hostname) ? `[${hostname}]` : hostname;
}

function probeTls(upstream: CheckedUpstream, target: TargetAddress): ProbeTls {
  const { active } = upstream.healthchecks;
  const identity = serverName(active.https_sni ?? upstream.host_header ?? target.hostname);
  return {
    servername: isIP(identity) === 0 ? identity : undefined,
    identity,
    verify: active.https_verify_certificate,
    protocols: active.type === 'grpcs' ? ['h2'] : [],
    clientCertificate: upstream.clientCertificate,
  };
}

/** A host without its port, its brackets and the dot at its end. */
function serverName(host: string): string {
  if (isIP(host) !== 0) return host;
  const name = host.replace(/:\d+$/, '').replace(/\.$/, '');
  return name.startsWith('[') ? name.slice(1, -1) : name;
}
